// Runs a command under a seccomp filter that makes system calls fail with EPERM, as a container's does, or another errno:
//
//   node seccomp.cjs unshare,mount command [argument …]
//   node seccomp.cjs statx=38 command [argument …]
'use strict';
const path = require('node:path');
const koffi = require('koffi');

// The type checker follows a path that it knows into all that was built.
const built = path.join(__dirname, '../../../dist/native/processes.cjs');
/** @type {typeof import('../../../native/processes.cjs')} */
const { execvp, setCloseOnExec } = require(built);

const NUMBERS = {
  x64: { mount: 165, chroot: 161, unshare: 272, prctl: 157, setns: 308, statx: 332, fsetxattr: 190 },
  arm64: { mount: 40, chroot: 51, unshare: 97, prctl: 167, setns: 268, statx: 291, fsetxattr: 7 },
}[process.arch];
const NUMBERS_EVERYWHERE = {
  open_tree: 428,
  move_mount: 429,
  mount_setattr: 442,
  pidfd_send_signal: 424,
  pidfd_open: 434,
};
const EPERM = 1;

const [names, program, ...args] = process.argv.slice(2);
const denied = names.split(',').map((each) => {
  const [name, errno = EPERM] = each.split('=');
  return { number: { ...NUMBERS, ...NUMBERS_EVERYWHERE }[name], errno: Number(errno) };
});
const instruction = (code, jumpTrue, jumpFalse, k) => {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt16LE(code, 0);
  bytes.writeUInt8(jumpTrue, 2);
  bytes.writeUInt8(jumpFalse, 3);
  bytes.writeUInt32LE(k, 4);
  return bytes;
};
const LOAD_WORD = 0x20;
const JUMP_IF_EQUAL = 0x15;
const RETURN = 0x06;
const filter = Buffer.concat([
  instruction(LOAD_WORD, 0, 0, 0),
  ...denied.flatMap(({ number, errno }) => [
    instruction(JUMP_IF_EQUAL, 0, 1, number),
    instruction(RETURN, 0, 0, 0x00050000 | errno),
  ]),
  instruction(RETURN, 0, 0, 0x7fff0000),
]);

koffi.struct('sock_fprog', { len: 'uint16_t', filter: 'const void *' });
const libc = koffi.load(null);
const setNoNewPrivileges = libc.func('prctl', 'int', ['int', 'ulong', 'ulong', 'ulong', 'ulong']);
const setFilter = libc.func('prctl', 'int', ['int', 'ulong', 'const sock_fprog *']);
if (setNoNewPrivileges(38, 1, 0, 0, 0) !== 0) throw new Error('PR_SET_NO_NEW_PRIVS');
if (setFilter(22, 2, { len: filter.length / 8, filter }) !== 0) throw new Error('PR_SET_SECCOMP');
for (const fd of [0, 1, 2]) setCloseOnExec(fd, false);
execvp(program, [program, ...args]);
