import { constants, fstatSync, readSync } from 'node:fs';
import { O_PATH } from '../../native/constants.cjs';
import { openat, openDirectory } from '../../native/directories.cjs';
import { readDirectory } from '../../native/directory-entries.cjs';
import { mountIdOf } from '../../native/statx.cjs';
import { unless } from '../../native/unless.cjs';
import { using } from '../../native/using.cjs';
import { namespaceRecord } from '../namespace/namespace-record.cjs';

// /proc is read through a descriptor, so that nothing which a test mounts over it is taken for it. What belongs to a
// process that has gone, or is none of ours, is undefined.

/** The contents of a file, `'12/stat'`. */
export function readProc(path: string): string | undefined {
  return withFile(path, constants.O_RDONLY, readAll);
}

/** The names in a directory, `'12/task'`; that of the file system itself is `'.'`. */
export function listProc(path: string): string[] | undefined {
  const { O_DIRECTORY, O_RDONLY } = constants;
  return withFile(path, O_RDONLY | O_DIRECTORY, (fd) => readDirectory(fd).map(String));
}

/** The inode that a link leads to: the id of a namespace for `'12/ns/mnt'`. */
export function inodeInProc(path: string): number | undefined {
  return withFile(path, constants.O_RDONLY, (fd) => fstatSync(fd).ino);
}

/** The user that a file belongs to. */
export function ownerInProc(path: string): number | undefined {
  return withFile(path, O_PATH, (fd) => fstatSync(fd).uid);
}

/** The id of the mount that a link leads to, `'12/root'`. */
export function mountIdInProc(path: string): number | undefined {
  return unless(GONE, () => mountIdOf(path, procFd()));
}

function withFile<T>(path: string, flags: number, use: (fd: number) => T): T | undefined {
  return unless(GONE, () => using(openat(procFd(), path, flags), use));
}

function readAll(fd: number): string {
  let text = '';
  for (;;) {
    const length = readSync(fd, BUFFER);
    if (length === 0) return text;
    text += BUFFER.toString('latin1', 0, length);
  }
}

const BUFFER = Buffer.alloc(4096);

/** The one that this process entered its namespace with. */
function procFd(): number {
  own ??= namespaceRecord.entered?.procFd ?? openDirectory('/proc');
  return own;
}

let own: number | undefined;

const GONE = ['ENOENT', 'ESRCH', 'EACCES', 'EPERM'];
