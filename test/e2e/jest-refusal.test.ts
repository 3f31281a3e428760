import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';

import { readHostTable } from './host-table.js';
import { runJest, startJest } from './jest-run.js';

/** Runs a command without CAP_SYS_ADMIN where no user namespace can be made either. */
const NO_NAMESPACES = [
  ...['unshare', '--user', '--map-root-user', 'sh', '-c'],
  'echo 0 > /proc/sys/user/max_user_namespaces && exec setpriv --bounding-set -sys_admin --inh-caps -sys_admin "$@"',
  'sh',
];

const SUMMARY =
  "cannot enter a mount namespace: this process lacks CAP_SYS_ADMIN, and unshare(1) can't make a user namespace";

test('a machine that refuses namespaces fails every file before its code runs, and is explained once', async () => {
  const { code, stderr } = await runJest('jest-setup', {
    args: ['--maxWorkers=2'],
    wrapper: NO_NAMESPACES,
  });
  expect(stderr.match(/● Test suite failed to run/g)).toHaveLength(3);
  expect(stderr).toContain(`    ${SUMMARY}\n      why:  user.max_user_namespaces is 0\n`);
  expect(stderr.match(/why: /g)).toHaveLength(1);
  expect(stderr.split(`    ${SUMMARY} (see the first error)\n`)).toHaveLength(3);
  expect(stderr).not.toMatch(/ at .*\(/);
  expect(stderr).not.toContain('the setup file ran');
  expect(stderr).toMatch(/Test Suites: 3 failed, 3 total\nTests: {7}0 total/);
  expect(code).toBe(1);
});

test("with unsupported: 'skip' they are skipped before their code runs, visibly, in reports too", async () => {
  const run = startJest('jest-setup', {
    args: ['--maxWorkers=2', '--json', '--outputFile=report.json'],
    env: { RUNNER_OPTIONS: '{"unsupported":"skip"}' },
    wrapper: NO_NAMESPACES,
  });
  const { code, stderr } = await run.done;
  expect(stderr.split(`mountns: test files are skipped: ${SUMMARY}\n  why:  user.max_user`)).toHaveLength(2);
  expect(stderr.match(/why: /g)).toHaveLength(1);
  expect(stderr).toMatch(/Test Suites: 3 skipped, 0 of 3 total\nTests: {7}3 skipped, 3 total/);
  expect(stderr).not.toMatch(/PASS|FAIL|the setup file ran/);
  expect(code).toBe(0);
  const report = JSON.parse(fs.readFileSync(path.join(run.directory, 'report.json'), 'utf8'));
  expect(report).toMatchObject({ numPendingTests: 3, numPassedTests: 0, success: true });
  expect(report.testResults[0].assertionResults[0]).toMatchObject({
    status: 'pending',
    title: `its tests [${SUMMARY}; user.max_user_namespaces is 0]`,
  });
});

test('so they are where a worker gets a mount namespace, but no copy of its tree', async () => {
  const wrapper = ['setpriv', '--bounding-set=-all,+sys_admin', '--inh-caps=-all,+sys_admin', '--'];
  const failed = await runJest('jest-setup', { wrapper });
  const refused = 'cannot enter a mount namespace: chroot(2) EPERM\n';
  expect(failed.stderr).toContain(`    ${refused}      why:  this process lacks CAP_SYS_CHROOT`);
  expect(failed.stderr).toMatch(/Test Suites: 3 failed, 3 total/);
  expect(failed.code).toBe(1);
  const skipped = await runJest('jest-setup', { env: { RUNNER_OPTIONS: '{"unsupported":"skip"}' }, wrapper });
  expect(skipped.stderr).toContain(`mountns: test files are skipped: ${refused}`);
  expect(skipped.stderr).toMatch(/Test Suites: 3 skipped, 0 of 3 total/);
  expect(skipped.code).toBe(0);
});

test('MOUNTNS_REQUIRE=1 turns skips into failures', async () => {
  const { code, stderr } = await runJest('jest-setup', {
    env: { RUNNER_OPTIONS: '{"unsupported":"skip"}', MOUNTNS_REQUIRE: '1' },
    wrapper: NO_NAMESPACES,
  });
  expect(stderr).toContain("unsupported is 'skip', but MOUNTNS_REQUIRE is set");
  expect(stderr).toMatch(/Test Suites: 3 failed, 3 total/);
  expect(code).toBe(1);
});

describe('the runner refuses', () => {
  test('worker threads, with the reason', async () => {
    const { code, stderr } = await runJest('jest-many', { args: ['--workerThreads'] });
    expect(stderr).toContain(
      [
        'NamespaceError: mountns/jest/runner cannot run with workerThreads: true',
        '  why:  a mount namespace belongs to a thread, and the thread pool that does the file operations of all threads would stay on the host',
        '  fix:  remove workerThreads from the configuration of Jest: its workers are processes then',
      ].join('\n'),
    );
    expect(stderr).not.toMatch(/ at .*\(/);
    expect(code).toBe(1);
  });

  test.each([
    ['{"prewarm":true}', 'mountns/jest/runner: option prewarm is for Vitest: Jest uses its workers again'],
    [
      '{"copyOnwrite":true}',
      "mountns/jest/runner: unknown option 'copyOnwrite', known are copyOnWrite, unsupported, permissions, leaks\n",
    ],
    [
      '{"unsupported":"skipp"}',
      "mountns/jest/runner: option unsupported must be 'fail' or 'skip', received 'skipp'",
    ],
  ])('the options %s', async (options, message) => {
    const { code, stderr } = await runJest('jest-many', { env: { RUNNER_OPTIONS: options } });
    expect(stderr).toContain(`TypeError: ${message}`);
    expect(stderr).not.toContain('PASS');
    expect(code).toBe(1);
  });
});

test.each([
  ['jest-commonjs', '1-private.test.js'],
  ['jest-esm', '1-private.test.js'],
])('%s on the host: what mounts is refused with the fix, what only reads works', async (fixture, file) => {
  const before = readHostTable();
  const { code, stderr } = await runJest(fixture, {
    args: ['--runner=jest-runner', file],
    env: { SHARED_DIRECTORY: '/mnt/none', NODE_OPTIONS: '--experimental-vm-modules --no-warnings' },
  });
  expect(stderr).toContain(
    'NamespaceError: no mount namespace was entered: this process is on the host, and mountns mounts nothing there',
  );
  expect(stderr).toContain("Jest: in jest.config.js, set runner: 'mountns/jest/runner'");
  expect(stderr).toMatch(/Tests: {7}3 failed, 1 passed/);
  expect(code).toBe(1);
  expect(readHostTable()).toBe(before);
});

test('mountns/jest in setupFiles is refused with the fix', async () => {
  const { code, stderr } = await runJest('jest-many', { args: ['--setupFiles=mountns/jest'] });
  expect(stderr).toContain(
    'TypeError: mountns/jest: Jest has no expect() yet: put it into setupFilesAfterEnv, not setupFiles',
  );
  expect(code).toBe(1);
});
