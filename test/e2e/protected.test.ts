import fs from 'node:fs';
import { describe, expect, test } from 'vitest';
import { temporaryDirectory } from '../temporary-directory.js';
import { runners, runVitest } from './vitest-run.js';

describe.each(runners)('%s', (runner) => {
  test('the options copyOnWrite and permissions hold for every scope', async () => {
    const decoys = temporaryDirectory();
    fs.writeFileSync(`${decoys}/file`, 'old', { mode: 0o644 });
    const { code, stdout, stderr } = await runVitest('protected', { runner, env: { DECOYS: decoys } });
    expect(stderr).toBe('');
    expect(stdout).toMatch(/Tests {2}4 passed/);
    expect(code).toBe(0);
    expect(fs.readdirSync(decoys)).toEqual(['file']);
    expect(fs.readFileSync(`${decoys}/file`, 'utf8')).toBe('old');
  });
});
