import { describe, expect, test } from 'vitest';

import { runners, startVitest } from './vitest-run.js';

describe.each(runners)('%s', (runner) => {
  test('files that share a worker share no mounts, no processes and no scopes', async () => {
    const run = startVitest('one-worker', { runner });
    const { code, stdout, stderr } = await run.done;
    expect(stdout).toMatch(/Tests {2}2 passed/);
    expect(stderr).toContain(
      `mountns: 1-mounts.test.ts: a test file ended with process ${run.read('pid.txt')} (sleep 1000) still running: killed\n`,
    );
    expect(stderr).toContain(
      'FAIL  2-holds.test.ts [ 2-holds.test.ts ]\nNamespaceError: a test file ended with a scope still open\n',
    );
    // Its process is no longer in the pristine tree.
    expect(stderr).toContain(
      'FAIL  3-next.test.ts [ 3-next.test.ts ]\nNamespaceError: this test file was not run: code of one before it still runs in this worker\n',
    );
    expect(stdout).toMatch(/Test Files {2}2 failed \| 1 passed/);
    expect(code).toBe(1);
  });
});
