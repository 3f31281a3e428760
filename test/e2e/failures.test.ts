import { describe, expect, test } from 'vitest';

import { stable } from '../failure-of.js';
import { startJest } from './jest-run.js';
import { runners, startVitest } from './vitest-run.js';

/** The errors of each failed test that a reporter has written, up to the stack frames. */
function errorsIn(report: string): Record<string, string[]> {
  const { testResults } = JSON.parse(report) as {
    testResults: { assertionResults: { title: string; status: string; failureMessages: string[] }[] }[];
  };
  const failed = testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status }) => status === 'failed');
  return Object.fromEntries(
    failed.map(({ title, failureMessages }) => [
      title,
      failureMessages.map((message) => stable(message.split(/\n +at /)[0] as string).trimEnd()),
    ]),
  );
}

const note = (mountPoint = '/mnt/test_mount') => `

mountns: this scope had changed the mounts, all undone now:
  + tmpfs on ${mountPoint} type tmpfs (rw,nosuid,nodev,relatime), private
  to see them, pause the test there and run npx ns-tool mounts PID, or ls /proc/PID/root (PID: its process.pid)`;

test.each(runners)('a test that fails in a scope shows what it had mounted, on %s', async (runner) => {
  const args = ['run', '--reporter=default', '--reporter=json', '--outputFile=report.json'];
  const run = startVitest('failures', { runner, args });
  const { code, stderr } = await run.done;
  expect(code).toBe(1);
  expect(errorsIn(run.read('report.json'))).toEqual({
    'of withMountNamespace': [
      `AssertionError: one is two: expected 1 to be 2 // Object.is equality${note()}`,
    ],
    'of the fixture': [`RangeError: mine${note()}`],
    'of the fixture, with something that is no error': [`text${note()}`],
    'of the fixture, softly': [
      'AssertionError: first: expected 1 to be 2 // Object.is equality',
      `AssertionError: second: expected 1 to be 2 // Object.is equality${note()}`,
    ],
    'of the fixture, with an error that is frozen': [`Error: frozen${note()}`],
    'when nothing was made': ['RangeError: mine'],
    'of one attempt': [`RangeError: first${note('/mnt/first')}`, `RangeError: second${note('/mnt/second')}`],
    'in another file': [`RangeError: mine${note()}`],
  });
  // In the terminal, Vitest prints the message where the report has the stack.
  const printed = stable(stderr).split(note()).length - 1;
  expect(printed).toBe(6);
  expect(stable(stderr)).toContain(`RangeError: mine${note()}\n ❯ 2.test.ts:7:11`);
  expect(stderr).toContain('+ tmpfs on /mnt/second type');
});

describe('Jest', () => {
  test('shows what a test that fails in a scope had mounted', async () => {
    const run = startJest('jest-failures', { args: ['--json', '--outputFile=report.json'] });
    const { code, stderr } = await run.done;
    expect(code).toBe(1);
    expect(errorsIn(run.read('report.json'))).toEqual({
      'of withMountNamespace': [`RangeError: mine${note()}`],
      'of an assertion': [
        `Error: expect(path).toBeReadOnly()

Expected /mnt/test_mount to be read-only
Mount:    tmpfs on /mnt/test_mount type tmpfs (rw,nosuid,nodev,relatime), private
Seen in:  mnt:[…], … mounts${note()}`,
      ],
      'when nothing was made': ['RangeError: mine'],
    });
    const indented = note().replaceAll(/\n(?=.)/g, '\n    ');
    expect(stable(stderr)).toContain(
      `    RangeError: mine${indented}\n\n      4 |   withMountNamespace((ns) => {`,
    );
  });
});
