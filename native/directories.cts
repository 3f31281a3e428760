import fs = require('node:fs');

import { cInt, cPath, cString, type PathLike, printable, quoted } from './arguments.cjs';
import { AT_EMPTY_PATH, AT_FDCWD, O_CLOEXEC, O_PATH, RESOLVE_NO_SYMLINKS } from './constants.cjs';
import { numberedSystemCall, oldSystemCall, systemCall } from './libc.cjs';

const { constants, openSync } = fs;

const chrootCall = systemCall('chroot', ['const void *']);
const chdirCall = systemCall('chdir', ['const void *']);
const fchdirCall = systemCall('fchdir', ['int']);
const readlinkatCall = systemCall('readlinkat', ['int', 'const void *', 'void *', 'unsigned long'], {
  result: 'long',
});
const openatCall = systemCall('openat', ['int', 'const void *', 'int', 'unsigned int']);
const fchownatCall = systemCall('fchownat', ['int', 'const void *', 'unsigned int', 'unsigned int', 'int']);
const mkdiratCall = systemCall('mkdirat', ['int', 'const void *', 'unsigned int']);
const symlinkatCall = systemCall('symlinkat', ['const void *', 'int', 'const void *']);
// libc has had a function for it only since glibc 2.33.
const mknodatCall = oldSystemCall('mknodat', { x64: 259, generic: 33, ppc64: 288, s390x: 290 }, [
  'int',
  'const void *',
  'unsigned int',
  'unsigned int',
]);
// asm-generic/unistd.h, since Linux 5.8.
const faccessat2Call = numberedSystemCall('faccessat2', 439, ['int', 'const void *', 'int', 'int']);
// asm-generic/unistd.h, since Linux 5.6.
const openat2Call = numberedSystemCall('openat2', 437, [
  'int',
  'const void *',
  'const void *',
  'unsigned long',
]);

/** chroot(2): `path` becomes `/` for the whole process, since Node's threads share one fs_struct. */
export function chroot(path: PathLike): void {
  const cRoot = cPath('path', path);
  chrootCall(() => ({ path: printable(path), call: `chroot(${quoted(path)})` }), cRoot);
}

/** chdir(2), of which process.cwd() learns nothing. */
export function chdir(path: PathLike): void {
  const cDirectory = cPath('path', path);
  chdirCall(() => ({ path: printable(path), call: `chdir(${quoted(path)})` }), cDirectory);
}

/** fchdir(2), of which process.cwd() learns nothing. */
export function fchdir(fd: number): void {
  fchdirCall(() => ({ call: `fchdir(${fd})` }), cInt('fd', fd));
}

/** fchdir(2) and chroot(2): the directory of `fd` becomes `/`, and the working directory. */
export function enterRoot(fd: number): void {
  fchdir(fd);
  chroot('.');
}

/** open(2) with `O_PATH|O_DIRECTORY`: a handle on a directory that keeps its place whatever is mounted later. */
export function openDirectory(path: PathLike): number {
  return openSync(path, O_PATH | constants.O_DIRECTORY);
}

/** openat(2), always close-on-exec; works where the path above `dirfd` is gone or covered. A new file has mode 0. */
export function openat(dirfd: number, path: PathLike, flags: number): number {
  const cFile = cPath('path', path);
  const facts = () => ({
    path: printable(path),
    call: `openat(${dirfd}, ${quoted(path)}, 0x${flags.toString(16)})`,
  });
  return openatCall(facts, dirfd, cFile, flags | O_CLOEXEC, 0);
}

/**
 * openat2(2) with `RESOLVE_NO_SYMLINKS`: fails with ELOOP where a component of `path` is a symbolic link, so
 * what was checked is what is used, however the directories are changed meanwhile.
 */
export function openWithoutSymlinks(path: PathLike, flags: number, dirfd = AT_FDCWD): number {
  const cFile = cPath('path', path);
  const struct = Buffer.from(
    new BigUint64Array([flags | O_CLOEXEC, 0, RESOLVE_NO_SYMLINKS].map(BigInt)).buffer,
  );
  const facts = () => ({
    path: printable(path),
    call: `openat2(${dirfd}, ${quoted(path)}, {0x${flags.toString(16)}, RESOLVE_NO_SYMLINKS})`,
  });
  return openat2Call(facts, dirfd, cFile, struct, struct.length);
}

/** mkdirat(2). */
export function mkdirat(dirfd: number, path: PathLike): void {
  const cDirectory = cPath('path', path);
  const facts = () => ({
    path: printable(path),
    call: `mkdirat(${dirfd}, ${quoted(path)}, 0755)`,
  });
  mkdiratCall(facts, dirfd, cDirectory, 0o755);
}

/** mknodat(2), for a node of the character device `major:minor`, both below 256. */
export function makeCharacterDevice(dirfd: number, path: PathLike, major: number, minor: number): void {
  const cNode = cPath('path', path);
  const facts = () => ({
    path: printable(path),
    call: `mknodat(${dirfd}, ${quoted(path)}, S_IFCHR|0666, makedev(${major}, ${minor}))`,
  });
  // new_encode_dev() of linux/kdev_t.h
  mknodatCall(facts, dirfd, cNode, constants.S_IFCHR | 0o666, (major << 8) | minor);
}

/** faccessat2(2) with AT_EMPTY_PATH: fails unless the file of `fd` may be executed. */
export function requireExecutable(fd: number): void {
  const facts = () => ({ call: `faccessat2(${fd}, "", X_OK, AT_EMPTY_PATH)` });
  faccessat2Call(facts, cInt('fd', fd), EMPTY, constants.X_OK, AT_EMPTY_PATH);
}

/** symlinkat(2): `path` becomes a link to `target`. */
export function symlinkat(target: PathLike, dirfd: number, path: PathLike): void {
  const cTarget = cPath('target', target);
  const cLink = cPath('path', path);
  const facts = () => ({
    path: printable(target),
    dest: printable(path),
    call: `symlinkat(${quoted(target)}, ${dirfd}, ${quoted(path)})`,
  });
  symlinkatCall(facts, cTarget, dirfd, cLink);
}

/** fchownat(2) with AT_EMPTY_PATH: the owner of the file of `fd`, of whatever kind. An id of -1 leaves that one as it is. */
export function changeOwner(fd: number, uid: number, gid: number): void {
  const facts = () => ({ call: `fchownat(${fd}, "", ${uid}, ${gid}, AT_EMPTY_PATH)` });
  const ids = [cInt('uid', uid) >>> 0, cInt('gid', gid) >>> 0];
  fchownatCall(facts, cInt('fd', fd), EMPTY, ...ids, AT_EMPTY_PATH);
}

/** readlinkat(2). An empty `path` is the link that `dirfd` was opened for. */
export function readlinkat(dirfd: number, path: PathLike): Buffer {
  const cLink = cString('path', path);
  const buffer = Buffer.alloc(4096);
  const facts = () => ({ path: printable(path), call: `readlinkat(${dirfd}, ${quoted(path)})` });
  return buffer.subarray(0, readlinkatCall(facts, dirfd, cLink, buffer, buffer.length));
}

const EMPTY = Buffer.alloc(1);
