import fs from 'node:fs';
import path from 'node:path';
import { mountIdOf } from '../../native/directories.cjs';
import { coverWithOverlay } from '../layers/overlay-layer.js';
import { readMounts } from '../mounts/read-mounts.js';
import { hasTarget } from './target.js';

/**
 * Provides the mount point `target` when it is missing, without creating anything on a file system that the
 * host has mounted: the nearest directory that exists is covered with an overlay, and what is missing is made
 * there. So nothing is left behind, not even by a worker that is killed.
 */
export function provideMountPoint(target: string, kind: 'directory' | 'file' = 'directory'): void {
  if (hasTarget(target)) return;
  let existing = path.dirname(target);
  while (!hasTarget(existing)) existing = path.dirname(existing);
  if (isOnHostFileSystem(existing)) coverWithOverlay(existing);
  if (kind === 'directory') {
    fs.mkdirSync(target, { recursive: true });
  } else {
    fs.mkdirSync(path.dirname(target), { recursive: true });
    fs.writeFileSync(target, '', { flag: 'wx' });
  }
}

function isOnHostFileSystem(directory: string): boolean {
  const id = mountIdOf(directory);
  const own = [...readMounts('self')].find((mount) => mount.id === id);
  // A mount that is not in the table can't be told from the host's.
  return own === undefined || [...readMounts('host')].some((mount) => mount.device === own.device);
}
