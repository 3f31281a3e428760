import fs from 'node:fs';
import { MountError } from 'mountns';
import { describe, expect, test } from 'mountns/vitest';
import { SystemCallError } from '../../../native/system-call-error.cjs';
import { expectErrno } from '../../../src/faults/expect-errno.js';

describe('a call that must fail', () => {
  test('with the errno is all right', () => {
    expectErrno('ENOENT', '/x', () => fs.readFileSync('/nowhere'));
    expectErrno('EDQUOT', '/x', () => {
      throw new SystemCallError('write', 122);
    });
  });

  test('with another one is not', () => {
    expect(() => expectErrno('EROFS', '/x', () => fs.readFileSync('/nowhere'))).toThrow(MountError);
    expect(() => expectErrno('EROFS', '/x', () => fs.readFileSync('/nowhere'))).toThrow(
      'cannot induce EROFS on /x: the kernel does not answer with it\n  why:  it answers with ENOENT',
    );
  });

  test.each([
    ['EACCES', 13, "change the mode bits on the way to it, or leave out permissions: 'enforced'"],
    ['EPERM', 1, 'run as root, in a container a privileged one: the others may open few devices'],
    ['EOVERFLOW', 75, 'see EOVERFLOW in docs/troubleshooting.md'],
  ])('with %s says what to do', (code, errno, fix) => {
    const call = () => {
      throw new SystemCallError('open', errno);
    };
    expect(() => expectErrno('EROFS', '/x', call)).toThrow(`it answers with ${code}\n  fix:  ${fix}`);
  });

  test('and succeeds is not', () => {
    expect(() => expectErrno('EROFS', '/x', () => {})).toThrow('why:  the call that should fail succeeds');
  });

  test('passes on what is no answer of the kernel', () => {
    expect(() =>
      expectErrno('EROFS', '/x', () => {
        throw new TypeError('mine');
      }),
    ).toThrow(new TypeError('mine'));
  });
});
