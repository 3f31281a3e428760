import { describe, expect, test } from 'vitest';

import { runners, startVitest } from './vitest-run.js';

describe.each(runners)('%s', (runner) => {
  test('files that share a worker share no mounts, no processes and no scopes', async () => {
    const run = startVitest('one-worker', { runner });
    const { code, stdout, stderr } = await run.done;
    expect(stdout).toMatch(/Tests {2}3 passed/);
    expect(stderr).toContain(
      `mountns: 1-mounts.test.ts: a test file ended with process ${run.read('pid.txt')} (sleep 1000) still running: killed\n`,
    );
    expect(stderr).toContain(
      'FAIL  2-holds.test.ts [ 2-holds.test.ts ]\nNamespaceError: a test file ended with a scope still open\n',
    );
    expect(stdout).toMatch(/Test Files {2}1 failed \| 2 passed/);
    expect(code).toBe(1);
  });
});
