import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';

import { type RunOptions, runners, runVitest, startVitest } from './vitest-run.js';

const SECCOMP = path.resolve('test/kernel/user-namespace/seccomp.cjs');

/** Runs a command without CAP_SYS_ADMIN where no user namespace can be made either. */
const NO_NAMESPACES = [
  ...['unshare', '--user', '--map-root-user', 'sh', '-c'],
  'echo 0 > /proc/sys/user/max_user_namespaces && exec setpriv --bounding-set -sys_admin --inh-caps -sys_admin "$@"',
  'sh',
];

const REFUSED =
  "cannot enter a mount namespace: this process lacks CAP_SYS_ADMIN, and unshare(1) can't make a user namespace";

/** Run a command that gets a mount namespace, but no copy of its tree. */
const NO_COPIES = {
  'without CAP_SYS_CHROOT': {
    wrapper: ['setpriv', '--bounding-set=-all,+sys_admin', '--inh-caps=-all,+sys_admin', '--'],
    refused: 'cannot enter a mount namespace: chroot(2) EPERM',
    why: 'this process lacks CAP_SYS_CHROOT (CapEff 0000000000200000)',
  },
  'where a filter does not know open_tree(2)': {
    wrapper: [process.execPath, SECCOMP, 'open_tree=38', '/usr/bin/env', '--'],
    refused: 'cannot enter a mount namespace: open_tree(2) ENOSYS',
    why: 'a seccomp filter is active in this process (Seccomp 2 in /proc/self/status), and it refuses every open_tree(2)',
  },
};

describe.each(runners)('%s', (runner) => {
  const run = (options: RunOptions) => runVitest('unsupported', { runner, ...options });

  test('a machine that refuses namespaces fails every file, with one message', async () => {
    const { code, stdout, stderr } = await run({ wrapper: NO_NAMESPACES });
    expect(stderr.match(/^ FAIL .*\.test\.ts/gm)).toHaveLength(2);
    expect(stderr).toContain(`NamespaceError: ${REFUSED}\n  why:  user.max_user_namespaces is 0\n`);
    expect(stderr).toContain('sudo sysctl -w user.max_user_namespaces=15000');
    expect(stderr.split(REFUSED)).toHaveLength(2);
    expect(stdout).toMatch(/Test Files {2}2 failed \(2\)/);
    expect(stdout).not.toContain('this file was evaluated');
    expect(code).toBe(1);
  });

  test('skips are visible: each test with the reason, and once what to do', async () => {
    const { code, stdout, stderr } = await run({
      args: ['run', '--reporter=verbose'],
      env: { UNSUPPORTED: 'skip' },
      wrapper: NO_NAMESPACES,
    });
    const reason = `[${REFUSED}; user.max_user_namespaces is 0]`;
    for (const name of [
      'at the top',
      'a suite > in it',
      'a suite > number %i',
      'a suite > to be written',
      'its tests',
    ]) {
      const line = stdout.split('\n').find((each) => each.includes(` > ${name} [`));
      expect(line).toMatch(/^ ↓ /);
      expect(line).toContain(reason);
    }
    expect(stdout).toMatch(/Test Files {2}2 skipped \(2\)\n\s+Tests {2}.*skipped/);
    expect(stdout).not.toContain('this file was evaluated');
    expect(stderr.split(`mountns: test files are skipped: ${REFUSED}\n  why:  `)).toHaveLength(2);
    expect(stderr).toContain('sudo sysctl -w user.max_user_namespaces=15000');
    expect(code).toBe(0);
  });

  test.each(Object.entries(NO_COPIES))('%s too', async (_, { wrapper, refused, why }) => {
    const failed = await run({ wrapper });
    expect(failed.stderr).toContain(`NamespaceError: ${refused}\n  why:  ${why}\n  fix:  `);
    expect(failed.stderr.split(refused)).toHaveLength(2);
    expect(failed.stdout).toMatch(/Test Files {2}2 failed \(2\)/);
    expect(failed.stdout + failed.stderr).not.toMatch(/Unhandled|this file was evaluated/);
    expect(failed.code).toBe(1);
    const skipped = await run({ env: { UNSUPPORTED: 'skip' }, wrapper });
    expect(skipped.stdout).toMatch(/Test Files {2}2 skipped \(2\)/);
    expect(skipped.stderr).toContain(`mountns: test files are skipped: ${refused}\n  why:  ${why}\n`);
    expect(skipped.code).toBe(0);
  });

  test('reports for machines have the skips too', async () => {
    const { directory, done } = startVitest('unsupported', {
      runner,
      args: ['run', '--reporter=json', '--outputFile=report.json'],
      env: { UNSUPPORTED: 'skip' },
      wrapper: NO_NAMESPACES,
    });
    await done;
    const report = JSON.parse(fs.readFileSync(`${directory}/report.json`, 'utf8'));
    expect(report).toMatchObject({ numTotalTests: 5, numPassedTests: 0, numFailedTests: 0, success: true });
    expect(report.numPendingTests + report.numTodoTests).toBe(5);
  });

  test('an .only that is not allowed fails all the same', async () => {
    const args = ['run', '--allowOnly=false'];
    const { code, stdout, stderr } = await runVitest('only', { runner, args, wrapper: NO_NAMESPACES });
    expect(stderr).toContain('Unexpected .only modifier');
    expect(stdout).toMatch(/Test Files {2}1 failed \(1\)\n\s+Tests {2}1 failed \| 1 skipped \(2\)/);
    expect(code).toBe(1);
  });

  test('a file that cannot be parsed fails, with the reason', async () => {
    const { code, stdout, stderr } = await runVitest('unparsable', { runner, wrapper: NO_NAMESPACES });
    expect(stderr).toMatch(/^ FAIL {2}1\.test\.ts \[ 1\.test\.ts \]\n\w*Error: .*(\n.*)*Expected `}`/m);
    expect(stdout).toMatch(/Test Files {2}1 failed \(1\)/);
    expect(code).toBe(1);
  });

  test('MOUNTNS_REQUIRE=1 turns skips into failures', async () => {
    const { code, stdout, stderr } = await run({
      env: { UNSUPPORTED: 'skip', MOUNTNS_REQUIRE: '1' },
      wrapper: NO_NAMESPACES,
    });
    expect(stdout).toMatch(/Test Files {2}2 failed \(2\)/);
    expect(stderr).toContain("unsupported is 'skip', but MOUNTNS_REQUIRE is set");
    expect(code).toBe(1);
  });

  test('on another platform it fails or skips as told, without native code', async () => {
    const failed = await run({ env: { FAKE_PLATFORM: 'darwin' } });
    expect(failed.stderr).toContain('NamespaceError: mountns needs Linux, this is darwin\n  why:  ');
    expect(failed.stdout).toMatch(/Test Files {2}2 failed \(2\)/);
    expect(failed.code).toBe(1);
    const skipped = await run({ env: { FAKE_PLATFORM: 'darwin', UNSUPPORTED: 'skip' } });
    expect(skipped.stdout).toMatch(/Test Files {2}2 skipped \(2\)/);
    expect(skipped.stderr).toContain('mountns: test files are skipped: mountns needs Linux, this is darwin');
    expect(skipped.code).toBe(0);
    expect(failed.stdout + skipped.stdout).not.toMatch(/koffi was loaded|this file was evaluated/);
  });

  test('where namespaces work, skipping is not an option', async () => {
    const { code, stdout } = await run({ env: { UNSUPPORTED: 'skip' } });
    expect(stdout).toMatch(/Tests {2}5 passed \| 1 todo \(6\)/);
    expect(stdout).toContain('this file was evaluated');
    expect(code).toBe(0);
  });
});
