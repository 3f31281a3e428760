import { expect, test } from 'vitest';

import { death } from '../../../../src/vitest/pool/worker-failures.js';

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
