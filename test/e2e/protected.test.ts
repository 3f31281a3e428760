import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';

import { runners, runVitest } from './vitest-run.js';

describe.each(runners)('%s', (runner) => {
  test('the options copyOnWrite and permissions hold for every scope', async () => {
    const decoys = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'mountns-decoys-'));
    onTestFinished(() => fs.rmSync(decoys, { recursive: true }));
    fs.writeFileSync(`${decoys}/file`, 'old', { mode: 0o644 });
    const { code, stdout, stderr } = await runVitest('protected', { runner, env: { DECOYS: decoys } });
    expect(stderr).toBe('');
    expect(stdout).toMatch(/Tests {2}4 passed/);
    expect(code).toBe(0);
    expect(fs.readdirSync(decoys)).toEqual(['file']);
    expect(fs.readFileSync(`${decoys}/file`, 'utf8')).toBe('old');
  });
});
