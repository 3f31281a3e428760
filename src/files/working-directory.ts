import { constants } from 'node:fs';
import { chdir, cwd } from 'node:process';
import { O_PATH } from '../../native/constants.cjs';
import { fchdir, openDirectory, openWithoutSymlinks, readlinkat } from '../../native/directories.cjs';
import { decodePath } from '../../native/path-bytes.cjs';
import { isSameFile, type Location, locationOf } from '../../native/statx.cjs';
import { using } from '../../native/using.cjs';
import type { Steps } from '../layers/steps.js';
import { isBelow } from '../mounts/absolute-path.js';
import { requireEntered } from '../namespace/guard.js';

/**
 * The path of the working directory, by the kernel: process.cwd() remembers where it was, and has no bytes
 * outside of UTF-8. It starts with `(unreachable)` where no path leads to it.
 */
export function readWorkingDirectory(): string {
  return decodePath(readlinkat(requireEntered().procFd, 'thread-self/cwd'));
}

/** Runs `run` in the directory of `fd`, and comes back. process.cwd() learns nothing of it. */
export function inDirectory<T>(fd: number, run: () => T): T {
  return using(openDirectory('.'), (cwd) => {
    fchdir(fd);
    try {
      return run();
    } finally {
      fchdir(cwd);
    }
  });
}

/** Changes to `path`, which holds no symbolic links, for every thread. */
export function changeWorkingDirectory(path: string, steps: Steps): void {
  fchdir(steps.closing(openWithoutSymlinks(path, O_PATH | constants.O_DIRECTORY)));
  refreshWorkingDirectory();
}

/**
 * Has process.cwd() look where the working directory is now, instead of telling where it was.
 *
 * @param known where it is, if that is known: process.cwd() need not look when that is what it tells
 */
export function refreshWorkingDirectory(known?: string | Buffer): void {
  try {
    if (known === undefined || cwd() !== known) chdir('.');
  } catch {
    // One that may not be entered again has stayed where it was.
  }
}

/**
 * The path of the working directory if it leads there; undefined if it does not: the directory is deleted, or
 * covered, or out of reach.
 */
export function findWorkingDirectory(): string | undefined {
  const path = readWorkingDirectory();
  return leadsTo(locationOf('.'), path) ? path : undefined;
}

/** Whether `path` leads to `location`. */
export function leadsTo(location: Location, path: string): boolean {
  try {
    return isSameFile(location, locationOf(path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOMEM') throw error;
    return false;
  }
}

/**
 * Takes the working directory along when `path` was covered by another view of the same directory: relative
 * paths would go on leading to the one beneath.
 *
 * @param cwd the working directory before that, from {@link findWorkingDirectory}
 */
export function followWorkingDirectory(path: string, cwd: string | undefined, steps: Steps): void {
  if (cwd === undefined || (cwd !== path && !isBelow(cwd, path))) return;
  const before = steps.closing(openDirectory('.'));
  steps.onFailure(() => fchdir(before));
  changeWorkingDirectory(cwd, steps);
}
