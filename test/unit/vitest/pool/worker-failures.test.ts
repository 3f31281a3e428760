import { expect, test } from 'vitest';

import { NamespaceError } from '../../../../src/errors/namespace-error.cjs';
import { death, startFailure } from '../../../../src/vitest/pool/worker-failures.js';

const end = { exitCode: 7, signal: undefined };
const circumstances = { pid: 42, lastFile: 'last.test.ts' };

test.each([
  [[], 'worker 42 exited with code 7 after it had run last.test.ts'],
  [['a.test.ts'], 'worker 42 exited with code 7 while it ran a.test.ts, test "dies"'],
  [
    ['a.test.ts', 'b.test.ts', 'c.test.ts'],
    'worker 42 exited with code 7 while it ran a.test.ts, test "dies"\n' +
      '  why:  the files that it had left did not run: b.test.ts, c.test.ts',
  ],
])('a worker that died with the files %j says which of them did not run', (files, message) => {
  expect(death(end, { ...circumstances, files, test: 'dies' }).message).toBe(message);
});

test('a worker that was refused a namespace says why, and what to do', () => {
  const explanation = {
    summary: 'cannot enter',
    why: 'a reason\nof two lines',
    fix: 'a fix',
    call: 'unshare()',
  };
  const refusal = new NamespaceError(explanation);
  const stderr = `(node:42) a warning\n${refusal.stack}\n\nNode.js v20.20.2`;
  const error = startFailure({ error: new Error(), end, pid: 42, stderr });
  expect(error).toBeInstanceOf(NamespaceError);
  expect(error).toMatchObject({
    message: refusal.message,
    why: explanation.why,
    fix: 'a fix',
    call: 'unshare()',
  });
});

test.each([
  [end, 42, 'process 42 exited with code 7'],
  [{ exitCode: undefined, signal: 'SIGKILL' }, 42, 'process 42 was killed by SIGKILL (signal 9)'],
  [undefined, undefined, 'spawn ENOMEM'],
])('a worker that did not start says how it ended: %j', (how, pid, text) => {
  const facts = { error: new Error('spawn ENOMEM'), end: how, pid };
  expect(startFailure({ ...facts, stderr: '' }).message).toBe(
    `the worker did not start: ${text}\n  why:  it printed nothing on stderr`,
  );
  expect(startFailure({ ...facts, stderr: 'its words' }).message).toBe(
    `the worker did not start: ${text}\n  why:  it printed on stderr:\n        its words`,
  );
});
