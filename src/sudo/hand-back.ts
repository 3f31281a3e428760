import { closeSync, constants, fstatSync, openSync, readdirSync, type Stats } from 'node:fs';
import { basename, dirname } from 'node:path';
import { O_PATH } from '../../native/constants.cjs';
import { changeOwner, openat } from '../../native/directories.cjs';
import { encodePath } from '../../native/path-bytes.cjs';
import { mountIdOf } from '../../native/statx.cjs';
import { unless } from '../../native/unless.cjs';
import { using } from '../../native/using.cjs';
import type { SudoUser } from './sudo-user.js';

/**
 * Gives what lies at `place` and below, belongs to root and was made since a moment to the user that has called
 * sudo(8): caches, coverage, snapshots, reports. The directories above that were made with it are given too, with what
 * is in them: the nearest one that is not given must belong to that user.
 *
 * Whoever may write there could put a link in the way at any time. So each file is opened, looked at and changed
 * through its descriptor; links are not followed, files with other names elsewhere are left alone, as are other
 * mounts, and a project that does not belong to that user.
 *
 * @param place an absolute path
 * @param since in milliseconds since 1970
 */
export function handBack(place: string, user: SudoUser, since: number): void {
  for (let path = place, below: string | undefined; ; path = dirname(path)) {
    const directory = openDirectory(path);
    try {
      if (directory !== undefined && fstatSync(directory).uid === user.uid) {
        const walk = new Walk(user, since, mountIdOf('', directory));
        if (below === undefined) walk.visit(directory, isModules(basename(place)));
        else walk.visitMade(directory, below);
        return;
      }
    } finally {
      if (directory !== undefined) closeSync(directory);
    }
    if (path === '/') return;
    below = basename(path);
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

  /** The entry `name`, and what is in it if it was made. */
  visitMade(directory: number, name: string): void {
    this.#look(directory, encodePath(name), (entry, isNew) => {
      if (isNew) this.#enter(entry, (opened) => this.visit(opened, isModules(name)));
    });
  }

  /** @param hasPackages those that were there before are not looked through */
  visit(directory: number, hasPackages: boolean): void {
    for (const name of readdirSync(`/proc/self/fd/${directory}`, { encoding: 'buffer' })) {
      this.#look(directory, name, (entry, isNew) => {
        if (hasPackages && !isNew && !isCache(name)) return;
        this.#enter(entry, (opened) => this.visit(opened, isModules(name.toString())));
      });
    }
  }

  /** Gives one entry, and goes on with it where it is a directory. */
  #look(directory: number, name: Buffer, goOn: (entry: number, isNew: boolean) => void): void {
    const entry = openEntry(directory, name, O_PATH | O_NOFOLLOW);
    if (entry === undefined) return;
    try {
      if (mountIdOf('', entry) !== this.#mount) return;
      const stat = fstatSync(entry);
      const isNew = this.#isNew(stat);
      if (isNew && stat.uid === 0 && (stat.isDirectory() || stat.nlink === 1)) this.#give(entry, stat);
      if (stat.isDirectory()) goOn(entry, isNew);
    } finally {
      closeSync(entry);
    }
  }

  #enter(entry: number, goOn: (directory: number) => void): void {
    const opened = openEntry(entry, '.', O_RDONLY);
    if (opened !== undefined) using(opened, goOn);
  }

  #give(entry: number, { gid }: Stats): void {
    // A directory with the set-group-ID bit gives its group to what is made in it.
    changeOwner(entry, this.#user.uid, gid === 0 ? this.#user.gid : -1);
  }

  /** Some file systems do not know when a file was made: then it is when it was last changed in any way. */
  #isNew({ birthtimeMs, ctimeMs }: Stats): boolean {
    return (birthtimeMs > 0 ? birthtimeMs : ctimeMs) >= this.#since;
  }
}

function isModules(name: string): boolean {
  return name === 'node_modules';
}

/** `.vite`, `.vitest-cache` and their like; but `.pnpm` holds packages. */
function isCache(name: Buffer): boolean {
  return name[0] === DOT && !name.equals(PNPM);
}

/** Undefined where there is no directory. */
function openDirectory(path: string): number | undefined {
  return unless(['ENOENT', 'ENOTDIR'], () => openSync(encodePath(path), O_RDONLY | O_DIRECTORY));
}

/** Undefined for what is gone by now. */
function openEntry(directory: number, name: Buffer | string, flags: number): number | undefined {
  return unless(['ENOENT'], () => openat(directory, name, flags));
}

const { O_DIRECTORY, O_NOFOLLOW, O_RDONLY } = constants;
const DOT = 0x2e;
const PNPM = Buffer.from('.pnpm');
