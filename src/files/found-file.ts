import { closeSync, constants, fstatSync, readSync, type Stats } from 'node:fs';
import { O_PATH } from '../../native/constants.cjs';
import { openat, readlinkat } from '../../native/directories.cjs';
import { seekData } from '../../native/seek.cjs';
import { probe, unless } from '../../native/unless.cjs';
import { using } from '../../native/using.cjs';
import { fgetxattr, flistxattr } from '../../native/xattr.cjs';
import { isPublic } from './attributes.js';

/** A file of any kind, found by its name in a directory; it needs no path, and can't be another one later. */
export class FoundFile {
  /** `O_PATH` */
  readonly fd: number;
  readonly stat: Stats;
  readonly #directory: number;
  readonly #name: string | Buffer;

  constructor(directory: number, name: string | Buffer, fd: number) {
    this.#directory = directory;
    this.#name = name;
    this.fd = fd;
    this.stat = fstatSync(fd);
  }

  /** Runs `use` with a descriptor to read from: of a directory or a regular file, others are never opened. */
  read<T>(use: (fd: number) => T): T {
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW;
    return using(openat(this.#directory, this.#name, flags), use);
  }

  close(): void {
    closeSync(this.fd);
  }
}

/** What is at `name` in `directory`, or undefined. */
export function findFile(directory: number, name: string | Buffer): FoundFile | undefined {
  return unless(
    ['ENOENT', 'ENOTDIR'],
    () => new FoundFile(directory, name, openat(directory, name, O_PATH | constants.O_NOFOLLOW)),
  );
}

/** Whether both are files, directories, links, … */
export function isSameKind(a: FoundFile, b: FoundFile): boolean {
  return ((a.stat.mode ^ b.stat.mode) & constants.S_IFMT) === 0;
}

/** Whether two of one kind differ in what they hold: times do not count, nor what directories list. */
export function isModified(before: FoundFile, after: FoundFile): boolean {
  const [a, b] = [before.stat, after.stat];
  if (a.mode !== b.mode || a.rdev !== b.rdev) return true;
  if (a.isSymbolicLink()) return !readlinkat(before.fd, '').equals(readlinkat(after.fd, ''));
  if (!a.isFile() && !a.isDirectory()) return false;
  if (a.isFile() && a.size !== b.size) return true;
  return before.read((from) =>
    after.read((to) => hasOtherXattrs(from, to) || (a.isFile() && hasOtherContent(from, to))),
  );
}

/** Whether two have another owner or group. */
export function hasOtherOwner({ stat: a }: FoundFile, { stat: b }: FoundFile): boolean {
  return a.uid !== b.uid || a.gid !== b.gid;
}

/** Whether the owner or the group has no number in this user namespace, so that a copy can't have the same. */
export function isOwnerUnmapped({ stat }: FoundFile): boolean {
  return stat.uid === OVERFLOW_ID || stat.gid === OVERFLOW_ID;
}

function hasOtherXattrs(from: number, to: number): boolean {
  const [before, after] = [from, to].map((fd) => flistxattr(fd).filter(isPublic)) as [string[], string[]];
  if (before.join('\0') !== after.join('\0')) return true;
  return before.some((name) => !fgetxattr(from, name).equals(fgetxattr(to, name)));
}

/** What both have holes for is not read: it takes the kernel seconds for each GB. A hole and zeros are the same content. */
function hasOtherContent(from: number, to: number): boolean {
  const [a, b] = [Buffer.allocUnsafe(65536), Buffer.allocUnsafe(65536)];
  for (let position = 0; ; ) {
    position = Math.min(findData(from, position), findData(to, position));
    if (position === Number.POSITIVE_INFINITY) return false;
    const length = readSync(from, a, 0, a.length, position);
    const other = readSync(to, b, 0, b.length, position);
    if (!a.subarray(0, length).equals(b.subarray(0, other))) return true;
    if (length === 0) return false;
    position += length;
  }
}

/** A file system may not know where its holes are. */
function findData(fd: number, position: number): number {
  return probe(() => seekData(fd, position)) ?? position;
}

// /proc/sys/kernel/overflowuid and overflowgid, which nobody changes.
const OVERFLOW_ID = 65534;
