import fs from 'node:fs';
import { fchdir, inodeOf, mountIdOf, openDirectory } from '../../native/directories.cjs';
import { requireEntered } from '../namespace/guard.js';

/**
 * Runs `use` with a path that leads to the file of `fd`, whatever becomes of its names: for calls that take no
 * descriptor, umount2(2) for one.
 */
export function withPathOf<T>(fd: number, use: (path: string) => T): T {
  const path = `/proc/self/fd/${fd}`;
  if (leadsTo(path, fd)) return use(path);
  // Here /proc is covered, or nothing is mounted there.
  const cwd = openDirectory('.');
  try {
    fchdir(requireEntered().procFd);
    try {
      return use(path.slice('/proc/'.length));
    } finally {
      fchdir(cwd);
    }
  } finally {
    fs.closeSync(cwd);
  }
}

function leadsTo(path: string, fd: number): boolean {
  try {
    return mountIdOf(path) === mountIdOf('', fd) && inodeOf(path) === inodeOf('', fd);
  } catch (error) {
    if (ELSEWHERE.includes((error as NodeJS.ErrnoException).code)) return false;
    throw error;
  }
}

const ELSEWHERE: unknown[] = ['ENOENT', 'ENOTDIR', 'ELOOP', 'EACCES'];
