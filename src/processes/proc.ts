import fs from 'node:fs';

import { O_CLOEXEC, O_PATH } from '../../native/constants.cjs';
import { mountIdOf, openat, openDirectory } from '../../native/directories.cjs';
import { readDirectory } from '../../native/directory-entries.cjs';
import { SystemCallError } from '../../native/system-call-error.cjs';
import { namespaceRecord } from '../namespace/namespace-record.cjs';

/**
 * A proc file system that is read through a descriptor, so that nothing which a test mounts over /proc is taken
 * for it. What belongs to a process that has gone, or is none of ours, is undefined.
 */
export class Proc {
  readonly #fd: number;

  constructor(fd: number) {
    this.#fd = fd;
  }

  /** The contents of a file, `'12/stat'`. */
  read(path: string): string | undefined {
    return this.#withFile(path, fs.constants.O_RDONLY, readAll);
  }

  /** The names in a directory, `'12/task'`; that of the file system itself is `'.'`. */
  list(path: string): string[] | undefined {
    const { O_DIRECTORY, O_RDONLY } = fs.constants;
    return this.#withFile(path, O_RDONLY | O_DIRECTORY, (fd) => readDirectory(fd).map(String));
  }

  /** The inode that a link leads to: the id of a namespace for `'12/ns/mnt'`. */
  inode(path: string): number | undefined {
    return this.#withFile(path, fs.constants.O_RDONLY, (fd) => fs.fstatSync(fd).ino);
  }

  /** The user that a file belongs to. */
  owner(path: string): number | undefined {
    return this.#withFile(path, O_PATH, (fd) => fs.fstatSync(fd).uid);
  }

  /** The id of the mount that a link leads to, `'12/root'`. */
  mountId(path: string): number | undefined {
    return unlessGone(() => mountIdOf(path, this.#fd));
  }

  #withFile<T>(path: string, flags: number, use: (fd: number) => T): T | undefined {
    return unlessGone(() => {
      const fd = openat(this.#fd, path, flags | O_CLOEXEC);
      try {
        return use(fd);
      } finally {
        fs.closeSync(fd);
      }
    });
  }
}

function readAll(fd: number): string {
  let text = '';
  for (;;) {
    const length = fs.readSync(fd, BUFFER);
    if (length === 0) return text;
    text += BUFFER.toString('latin1', 0, length);
  }
}

const BUFFER = Buffer.alloc(4096);

/** The proc file system of this process: the one that it entered its namespace with. */
export function ownProc(): Proc {
  own ??= new Proc(namespaceRecord.entered?.procFd ?? openDirectory('/proc'));
  return own;
}

let own: Proc | undefined;

function unlessGone<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if ((error instanceof SystemCallError || code !== undefined) && GONE.has(code as string))
      return undefined;
    throw error;
  }
}

const GONE = new Set(['ENOENT', 'ESRCH', 'EACCES', 'EPERM']);
