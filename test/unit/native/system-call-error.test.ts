import { expect, test } from 'vitest';
import { describeErrno, SystemCallError } from '../../../native/system-call-error.cjs';

test('has the fields and the message of an error of Node', () => {
  const error = new SystemCallError('mount', 1, {
    path: 'tmpfs',
    dest: '/mnt',
    call: 'mount("tmpfs", "/mnt")',
  });
  expect(error).toMatchObject({
    name: 'SystemCallError',
    message: "EPERM: operation not permitted, mount 'tmpfs' -> '/mnt'",
    code: 'EPERM',
    errno: -1,
    syscall: 'mount',
    path: 'tmpfs',
    dest: '/mnt',
    call: 'mount("tmpfs", "/mnt") = -1',
  });
});

test('names an errno that libuv does not know, or knows by another name', () => {
  expect(describeErrno(95)).toEqual({ code: 'EOPNOTSUPP', description: 'operation not supported' });
  expect(describeErrno(122)).toEqual({ code: 'EDQUOT', description: 'disk quota exceeded' });
  expect(describeErrno(9999)).toEqual({ code: 'E9999', description: 'unknown error' });
});
