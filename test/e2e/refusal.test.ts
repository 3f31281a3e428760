import { describe, expect, test } from 'vitest';

import { runners, runVitest } from './vitest-run.js';

/** Runs a command without CAP_SYS_ADMIN where no user namespace can be made either. */
const NO_NAMESPACES = [
  ...['unshare', '--user', '--map-root-user', 'sh', '-c'],
  'echo 0 > /proc/sys/user/max_user_namespaces && exec setpriv --bounding-set -sys_admin --inh-caps -sys_admin "$@"',
  'sh',
];

describe.each(runners)('%s', (runner) => {
  test('a machine that refuses namespaces fails every file, and is explained once', async () => {
    const { code, stdout, stderr } = await runVitest('many', {
      runner,
      args: ['run', '--maxWorkers=2'],
      wrapper: NO_NAMESPACES,
    });
    expect(stderr.match(/Failed to start mountns worker for test files \S+\d\.test\.ts/g)).toHaveLength(5);
    const summary =
      "cannot enter a mount namespace: this process lacks CAP_SYS_ADMIN, and unshare(1) can't make a user namespace";
    expect(stderr).toContain(`NamespaceError: ${summary}\n  why:  user.max_user_namespaces is 0\n`);
    expect(stderr).toContain('sudo sysctl -w user.max_user_namespaces=15000');
    expect(
      stderr.split(`${summary} (another error of this run has the reason)`).length - 1,
    ).toBeGreaterThanOrEqual(3);
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
