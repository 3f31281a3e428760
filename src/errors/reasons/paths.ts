import { realpathSync, statSync } from 'node:fs';
import { decodePath, encodePath } from '../../../native/path-bytes.cjs';
import { probe } from '../../../native/unless.cjs';
import type { Failure } from './reasons.js';

/** The paths of a failed operation by the names of their arguments, those that it takes from first. */
export function pathsOf({ operation, sources = {}, path, dest }: Failure): [name: string, path: string][] {
  const names = TARGETS[operation ?? 'mount'] ?? ['target'];
  const given = Object.entries(sources);
  const targets = operation === 'pivotRoot' ? [path, dest] : [targetOf({ path, dest })];
  targets.forEach((target, index) => {
    if (target !== undefined) given.push([names[index] ?? 'target', target]);
  });
  return given;
}

/** The path that an operation works on. */
export function targetOf({ path, dest }: Pick<Failure, 'path' | 'dest'>): string {
  return dest ?? path;
}

const TARGETS: Partial<Record<string, readonly string[]>> = {
  move: ['to'],
  pivotRoot: ['newRoot', 'putOld'],
};

/** What is at `path`, in a word; undefined for nothing. Symbolic links are followed. */
export function kindOfPath(path: string): string | undefined {
  const stat = probe(() => statSync(encodePath(path)));
  if (stat === undefined) return undefined;
  if (stat.isDirectory()) return 'directory';
  if (stat.isFile()) return 'file';
  if (stat.isBlockDevice()) return 'block device';
  if (stat.isCharacterDevice()) return 'character device';
  return stat.isFIFO() ? 'FIFO' : 'socket';
}

/** `path` without symbolic links; as it is, where nothing is there. */
export function realPathOf(path: string): string {
  return probe(() => decodePath(realpathSync(encodePath(path), 'buffer'))) ?? path;
}
