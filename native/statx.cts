import { cString, type PathLike, printable, quoted } from './arguments.cjs';
import {
  AT_EMPTY_PATH,
  AT_FDCWD,
  AT_NO_AUTOMOUNT,
  AT_STATX_DONT_SYNC,
  STATX_ATIME,
  STATX_ATTR_MOUNT_ROOT,
  STATX_BTIME,
  STATX_MTIME,
} from './constants.cjs';
import { oldSystemCall } from './libc.cjs';

// musl has had a function for it only since 1.2.5, and where a filter refuses the call, libc answers in its place
// and knows of no mounts.
const statxCall = oldSystemCall('statx', { x64: 332, generic: 291, ppc64: 383, s390x: 379 }, [
  'int',
  'const void *',
  'int',
  'unsigned int',
  'void *',
]);

/** statx(2), `stx_mnt_id`: the id of the mount that `path` lies on, the top-most for a mount point. */
export function mountIdOf(path: PathLike, dirfd = AT_FDCWD): number {
  return statx(path, dirfd).readUIntLE(STX_MNT_ID_OFFSET, 6);
}

/** Whether `path` is the root of the mount that it lies on: `STATX_ATTR_MOUNT_ROOT`, since Linux 5.8. An empty path is `dirfd`. */
export function isMountRoot(path: PathLike, dirfd = AT_FDCWD): boolean {
  return (statx(path, dirfd).readUIntLE(STX_ATTRIBUTES_OFFSET, 6) & STATX_ATTR_MOUNT_ROOT) !== 0;
}

/** statx(2), `stx_ino`: the inode number of what `path` leads to. */
export function inodeOf(path: PathLike, dirfd = AT_FDCWD): number {
  return statx(path, dirfd).readUIntLE(STX_INO_OFFSET, 6);
}

/** statx(2), `stx_dev_major` and `stx_dev_minor`: the device of the file system that `fd` is on, as mountinfo prints it. */
export function deviceOf(fd: number): string {
  const struct = statx('', fd);
  return `${struct.readUInt32LE(STX_DEV_OFFSET)}:${struct.readUInt32LE(STX_DEV_OFFSET + 4)}`;
}

/** What tells a file from all others, and the id of the mount that it was found on. */
export interface Location {
  readonly inode: bigint;
  readonly device: bigint;
  readonly mountId: number;
}

/** statx(2): where `path` leads to. An empty path is `dirfd` itself. */
export function locationOf(path: PathLike, dirfd = AT_FDCWD): Location {
  const struct = statx(path, dirfd);
  return {
    inode: struct.readBigUInt64LE(STX_INO_OFFSET),
    device: struct.readBigUInt64LE(STX_DEV_OFFSET),
    mountId: struct.readUIntLE(STX_MNT_ID_OFFSET, 6),
  };
}

/** Whether two paths lead to the same file, on whatever mounts. */
export function isSameFile(one: Location, other: Location): boolean {
  return one.inode === other.inode && one.device === other.device;
}

/** Whether two paths lead to the same file on the same mount. */
export function isSameLocation(one: Location, other: Location): boolean {
  return one.mountId === other.mountId && isSameFile(one, other);
}

/**
 * statx(2) with `STATX_BTIME`: when what `path` leads to was made, in milliseconds since 1970; 0 where the file system
 * does not know.
 */
export function birthOf(path: PathLike, dirfd = AT_FDCWD): number {
  const struct = statx(path, dirfd, STATX_BTIME);
  return struct.readIntLE(STX_BTIME_OFFSET, 6) * 1000 + struct.readUInt32LE(STX_BTIME_OFFSET + 8) / 1e6;
}

/** statx(2) with `STATX_ATIME` and `STATX_MTIME`: when `path` was last read and written, each as a `struct timespec`. */
export function timesOf(path: PathLike, dirfd = AT_FDCWD): Buffer {
  const struct = statx(path, dirfd, STATX_ATIME | STATX_MTIME);
  return Buffer.concat([STX_ATIME_OFFSET, STX_MTIME_OFFSET].map((at) => struct.subarray(at, at + 16)));
}

/**
 * What the kernel knows by itself is there without a `mask`. Whoever serves the file system is not asked for it then: a
 * program that hangs holds nothing up, and FUSE of another user, which nobody else may ask, root included, is no error.
 */
function statx(path: PathLike, dirfd: number, mask = 0): Buffer {
  // As stat(2) does.
  const flags =
    AT_NO_AUTOMOUNT | (mask === 0 ? AT_STATX_DONT_SYNC : 0) | (path.length === 0 ? AT_EMPTY_PATH : 0);
  const facts = () => ({
    path: printable(path),
    call: `statx(${dirfd}, ${quoted(path)}, 0x${flags.toString(16)}, 0x${mask.toString(16)})`,
  });
  statxCall(facts, dirfd, cString('path', path), flags, mask, STATX);
  return STATX;
}

const STATX = Buffer.alloc(256);
// struct statx of linux/stat.h
const STX_ATTRIBUTES_OFFSET = 0x08;
const STX_INO_OFFSET = 0x20;
const STX_ATIME_OFFSET = 0x40;
const STX_BTIME_OFFSET = 0x50;
const STX_MTIME_OFFSET = 0x70;
const STX_DEV_OFFSET = 0x88;
const STX_MNT_ID_OFFSET = 0x90;
