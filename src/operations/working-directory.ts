import fs from 'node:fs';
import { O_PATH } from '../../native/constants.cjs';
import { fchdir, openDirectory, openWithoutSymlinks, readlinkat } from '../../native/directories.cjs';
import { decodePath, encodePath } from '../../native/path-bytes.cjs';
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

/** Changes to `path`, which holds no symbolic links, for every thread. */
export function changeWorkingDirectory(path: string, steps: Steps): void {
  fchdir(steps.closing(openWithoutSymlinks(path, O_PATH | fs.constants.O_DIRECTORY)));
  refreshWorkingDirectory();
}

/** Has process.cwd() look where the working directory is now, instead of telling where it was. */
export function refreshWorkingDirectory(): void {
  try {
    process.chdir('.');
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
  const [here, there] = [fs.statSync('.'), probeStat(path)];
  return here.dev === there?.dev && here.ino === there.ino ? path : undefined;
}

function probeStat(path: string): fs.Stats | undefined {
  try {
    return fs.statSync(encodePath(path));
  } catch {
    return undefined;
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
