import fs from 'node:fs';
import path from 'node:path';
import { MNT_DETACH } from '../../native/constants.cjs';
import { chroot, fchdir, mkdirat, mountIdOf, openat, openDirectory } from '../../native/directories.cjs';
import { umount2 } from '../../native/mount.cjs';
import { encodePath } from '../../native/path-bytes.cjs';
import { coverWithOverlay } from '../layers/overlay-layer.js';
import { isReadOnly } from '../mounts/mount.js';
import { readMounts } from '../mounts/read-mounts.js';
import type { Steps } from './steps.js';
import { hasTarget, withTarget } from './target.js';

/** A file system is mounted on a directory; a single file on anything else. */
export type MountPointKind = 'directory' | 'file';

/**
 * Provides the mount point `target` when it is missing, without creating anything on a file system that the
 * host has mounted: the nearest directory that exists is covered with an overlay, and what is missing is made
 * there. So nothing is left behind, not even by a worker that is killed.
 */
export function provideMountPoint(target: string, kind: MountPointKind, steps: Steps): void {
  const missing: string[] = [];
  let existing = target;
  while (!hasTarget(existing)) {
    missing.unshift(existing);
    existing = path.dirname(existing);
  }
  if (missing.length === 0) return;
  if (mustStayAsItIs(existing)) cover(existing, steps);
  for (const part of missing) {
    if (kind === 'directory' || part !== target) makeDirectory(part, steps);
    else makeFile(part, steps);
  }
}

function mustStayAsItIs(directory: string): boolean {
  const id = mountIdOf(directory);
  const own = [...readMounts('self')].find((mount) => mount.id === id);
  // A mount that is not in the table can't be told from the host's.
  if (own === undefined || isReadOnly(own)) return true;
  return readMounts('host').find({ device: own.device }) !== undefined;
}

/** As {@link coverWithOverlay}, undone when a later step fails. */
export function cover(directory: string, steps: Steps): void {
  const root = steps.closing(openDirectory('/'));
  const cwd = steps.closing(openDirectory('.'));
  // The top-most mount on `/` is not the one of the root directory: `/..` is.
  const top = directory === '/' ? '/..' : directory;
  const covered = mountIdOf(top);
  steps.onFailure(() => {
    fchdir(root);
    chroot('.');
    while (mountIdOf(top) !== covered) umount2(directory, MNT_DETACH);
    fchdir(cwd);
  });
  coverWithOverlay(directory);
}

function makeDirectory(directory: string, steps: Steps): void {
  withTarget(path.dirname(directory), (parent) => mkdirat(parent, path.basename(directory)));
  steps.onFailure(() => fs.rmdirSync(encodePath(directory)));
}

function makeFile(file: string, steps: Steps): void {
  const { O_CREAT, O_EXCL, O_WRONLY } = fs.constants;
  const flags = O_CREAT | O_EXCL | O_WRONLY;
  const fd = withTarget(path.dirname(file), (parent) => openat(parent, path.basename(file), flags));
  steps.onFailure(() => fs.unlinkSync(encodePath(file)));
  fs.fchmodSync(steps.closing(fd), 0o644);
}
