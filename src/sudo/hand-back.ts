import fs from 'node:fs';

import { AT_EMPTY_PATH, O_PATH } from '../../native/constants.cjs';
import { fchownat, mountIdOf, openat } from '../../native/directories.cjs';
import { encodePath } from '../../native/path-bytes.cjs';
import type { SudoUser } from './sudo-user.js';

/**
 * Gives everything below `root` that belongs to root and was made since a moment to the user that has called
 * sudo(8): caches, coverage, snapshots, reports.
 *
 * Whoever may write there could put a link in the way at any time. So each file is opened, looked at and changed
 * through its descriptor; links are not followed, files with other names elsewhere are left alone, as are other
 * mounts, and a project that does not belong to that user.
 *
 * @param since in milliseconds since 1970
 */
export function handBack(root: string, user: SudoUser, since: number): void {
  const directory = fs.openSync(encodePath(root), O_RDONLY | O_DIRECTORY);
  try {
    if (fs.fstatSync(directory).uid !== user.uid) return;
    const mount = mountIdOf('', directory);
    new Walk(user, since, mount).visit(directory, { isModules: false });
  } finally {
    fs.closeSync(directory);
  }
}

class Walk {
  readonly #user: SudoUser;
  readonly #since: number;
  readonly #mount: number;

  constructor(user: SudoUser, since: number, mount: number) {
    this.#user = user;
    this.#since = since;
    this.#mount = mount;
  }

  /** @param isModules whether it is a `node_modules`: packages that were there before are not looked through */
  visit(directory: number, { isModules }: { isModules: boolean }): void {
    for (const name of fs.readdirSync(`/proc/self/fd/${directory}`, { encoding: 'buffer' })) {
      const entry = openEntry(directory, name, O_PATH | O_NOFOLLOW);
      if (entry === undefined) continue;
      try {
        if (mountIdOf('', entry) !== this.#mount) continue;
        const stat = fs.fstatSync(entry);
        const isNew = this.#isNew(stat);
        if (isNew && stat.uid === 0 && (stat.isDirectory() || stat.nlink === 1)) this.#give(entry, stat);
        if (!stat.isDirectory()) continue;
        if (!isModules || isNew || isCache(name)) this.#visitEntry(name, entry);
      } finally {
        fs.closeSync(entry);
      }
    }
  }

  #visitEntry(name: Buffer, entry: number): void {
    const opened = openEntry(entry, '.', O_RDONLY | O_DIRECTORY);
    if (opened === undefined) return;
    try {
      this.visit(opened, { isModules: name.equals(MODULES) });
    } finally {
      fs.closeSync(opened);
    }
  }

  #give(entry: number, { gid }: fs.Stats): void {
    // A directory with the set-group-ID bit gives its group to what is made in it.
    fchownat(entry, '', this.#user.uid, gid === 0 ? this.#user.gid : -1, AT_EMPTY_PATH);
  }

  /** Some file systems do not know when a file was made: then it is when it was last changed in any way. */
  #isNew({ birthtimeMs, ctimeMs }: fs.Stats): boolean {
    return (birthtimeMs > 0 ? birthtimeMs : ctimeMs) >= this.#since;
  }
}

/** `.vite`, `.vitest-cache` and their like; but `.pnpm` holds packages. */
function isCache(name: Buffer): boolean {
  return name[0] === DOT && !name.equals(PNPM);
}

/** Undefined for what is gone by now. */
function openEntry(directory: number, name: Buffer | string, flags: number): number | undefined {
  try {
    return openat(directory, name, flags);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

const { O_DIRECTORY, O_NOFOLLOW, O_RDONLY } = fs.constants;
const DOT = 0x2e;
const MODULES = Buffer.from('node_modules');
const PNPM = Buffer.from('.pnpm');
