import { isSameLocation, locationOf } from '../../native/statx.cjs';
import { unless } from '../../native/unless.cjs';
import { requireEntered } from '../namespace/guard.js';
import { inDirectory } from './working-directory.js';

/**
 * Runs `use` with a path that leads to the file of `fd`, whatever becomes of its names: for calls that take no
 * descriptor, umount2(2) for one.
 */
export function withPathOf<T>(fd: number, use: (path: string) => T): T {
  const path = `/proc/self/fd/${fd}`;
  if (leadsTo(path, fd)) return use(path);
  // Here /proc is covered, or nothing is mounted there.
  return inDirectory(requireEntered().procFd, () => use(path.slice('/proc/'.length)));
}

function leadsTo(path: string, fd: number): boolean {
  const found = unless(ELSEWHERE, () => locationOf(path));
  return found !== undefined && isSameLocation(found, locationOf('', fd));
}

const ELSEWHERE = ['ENOENT', 'ENOTDIR', 'ELOOP', 'EACCES'];
