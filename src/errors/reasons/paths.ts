import { readlinkSync, statSync } from 'node:fs';
import { encodePath } from '../../../native/path-bytes.cjs';
import { probe } from '../../../native/unless.cjs';
import { printable } from '../../mounts/printable.js';
import type { Failure } from '../failure.js';

/** The paths of a failed operation by the names of their arguments, those that it takes from first. */
export function pathsOf(failure: Failure): [name: string, path: string][] {
  const { operation, sources = {}, path, dest } = failure;
  const names = TARGETS[operation ?? 'mount'] ?? ['target'];
  const given = Object.entries(sources);
  if (operation === 'mount') {
    // The target is looked at when the file system is there, and its source no more.
    if (failure.making === failure.type) return given;
    given.length = 0;
  }
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

/** A source by the words of proc for what it leads to: `pipe:[7]`, `/a (deleted)` (proc_pid_fd(5)). */
export function describeLink(path: string): string {
  return `source ${printable(path)} is ${printable(readlinkSync(path))}`;
}
