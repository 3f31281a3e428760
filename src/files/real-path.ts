import { realpathSync } from 'node:fs';
import { decodePath, encodePath } from '../../native/path-bytes.cjs';
import { probe } from '../../native/unless.cjs';

/** `path` without symbolic links; undefined where it leads to nothing. */
export function findRealPath(path: string): string | undefined {
  return probe(() => decodePath(realpathSync(encodePath(path), 'buffer')));
}

/** `path` without symbolic links; as it is, where it leads to nothing. */
export function realPathOf(path: string): string {
  return findRealPath(path) ?? path;
}
