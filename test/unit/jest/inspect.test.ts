import { expect, test } from 'vitest';

import { findInspectRequest } from '../../../src/jest/inspect.cjs';

test.each([
  ['--inspect', '9230  '],
  ['--inspect=9000', '9001  '],
  ['--inspect=0', '0  '],
  ['--inspect-brk=127.0.0.1:9000', '9001 127.0.0.1 -brk'],
  ['--inspect=127.0.0.1', '9230 127.0.0.1 '],
  ['--inspect-wait=localhost', '9230 localhost -wait'],
  ['--inspect=[::1]', '9230 ::1 '],
  ['--inspect=[::1]:9000', '9001 ::1 '],
  ['--inspect-port=9000', undefined],
])('%s', (option, request) => {
  expect(findInspectRequest(['--no-warnings', option])).toBe(request);
});
