import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';

import { runners, startVitest } from './vitest-run.js';

describe.each(runners)('%s', (runner) => {
  test.each([1, 2])('without isolation %i workers run all files', async (maxWorkers) => {
    const run = startVitest('reuse', { runner, args: ['run', `--maxWorkers=${maxWorkers}`, '--coverage'] });
    const { code, stdout, stderr } = await run.done;
    expect(stderr).toBe('');
    expect(stdout).toMatch(/Tests {2}3 passed/);
    expect(stdout.match(/setup ran/g)).toHaveLength(3);
    expect(code).toBe(0);
    const pids = fs.readFileSync(path.join(run.directory, 'pids.txt'), 'utf8').trim().split('\n');
    expect(pids).toHaveLength(3);
    expect(new Set(pids).size).toBe(maxWorkers);
  });

  test('a failed test stops the files after it with --bail, in one worker too', async () => {
    const run = startVitest('reuse', { runner, args: ['run', '--bail=1'] });
    // Vitest begins with the largest file.
    fs.writeFileSync(
      path.join(run.directory, '0.test.ts'),
      `import { expect, test } from 'vitest';\ntest('fails', () => expect(1).toBe(2));\n${'//'.repeat(1000)}\n`,
    );
    const { code, stdout } = await run.done;
    expect(stdout).toMatch(/Test Files {2}1 failed \| 3 skipped/);
    expect(fs.existsSync(path.join(run.directory, 'pids.txt'))).toBe(false);
    expect(code).toBe(1);
  });
});
