import { describe, expect, test } from 'vitest';

import { runners, runVitest } from './vitest-run.js';

describe.each(runners)('%s', (runner) => {
  test('a machine that refuses namespaces fails every file, and is explained once', async () => {
    const { code, stdout, stderr } = await runVitest('many', {
      runner,
      args: ['run', '--maxWorkers=2'],
      wrapper: ['setpriv', '--bounding-set', '-sys_admin'],
    });
    expect(stderr.match(/Failed to start mountns worker for test files \S+\d\.test\.ts/g)).toHaveLength(5);
    expect(stderr).toContain(
      [
        'WorkerError: the worker did not start: cannot enter a mount namespace: unshare(2) EPERM',
        '  why:  this process lacks CAP_SYS_ADMIN (CapEff ',
      ].join('\n'),
    );
    expect(stderr).toContain('fix:  run as root');
    expect(stderr).toMatch(/call: unshare\(CLONE_NEWNS\)/);
    expect(stderr.match(/unshare\(2\) EPERM \(see the first error\)/g)?.length).toBeGreaterThanOrEqual(3);
    expect(stdout).toMatch(/Errors {2}5 errors/);
    expect(stdout).not.toContain('passed');
    expect(code).toBe(1);
  });

  test('a worker that does not start fails at once, with what it printed', async () => {
    const { code, stderr } = await runVitest('isolation', {
      runner,
      args: ['run', '--execArgv=--no-such-option'],
    });
    expect(stderr).toMatch(/WorkerError: the worker did not start: process \d+ exited with code 9/);
    expect(stderr).toMatch(/why: {2}it printed on stderr:\n\s+.*bad option: --no-such-option/);
    expect(code).toBe(1);
  });
});
