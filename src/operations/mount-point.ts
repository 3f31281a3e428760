import fs from 'node:fs';
import path from 'node:path';
import { MOUNT_ATTR_RDONLY } from '../../native/constants.cjs';
import { mkdirat, mountIdOf, openat } from '../../native/directories.cjs';
import { mountSetattr } from '../../native/mount-tree.cjs';
import { encodePath } from '../../native/path-bytes.cjs';
import { coverWithBinds } from '../layers/bind-layer.js';
import { makeOverlay } from '../layers/overlay.js';
import { coverWithOverlay } from '../layers/overlay-layer.js';
import { OWN_LAYER } from '../layers/own-layer.js';
import type { Steps } from '../layers/steps.js';
import { isReadOnly, type Mount } from '../mounts/mount.js';
import { readMounts } from '../mounts/read-mounts.js';
import { isInUserNamespace } from '../namespace/user-namespace.cjs';
import { hasTarget, withTarget } from './target.js';

/** A file system is mounted on a directory; a single file on anything else. */
export type MountPointKind = 'directory' | 'file';

/**
 * Provides the mount point `target` when it is missing, without creating anything on a file system that the
 * host has mounted: the nearest directory that exists is covered with a layer in memory, and what is missing is
 * made there. So nothing is left behind, not even by a worker that is killed.
 */
export function provideMountPoint(target: string, kind: MountPointKind, steps: Steps): void {
  const missing: string[] = [];
  let existing = target;
  while (!hasTarget(existing)) {
    missing.unshift(existing);
    existing = path.dirname(existing);
  }
  if (missing.length === 0) return;
  const mount = findMount(existing);
  const isCovered = mount === undefined || isReadOnly(mount) || isOnHost(mount);
  const layer = isCovered ? coverWithLayer(existing, steps) : undefined;
  for (const part of missing) {
    if (kind === 'directory' || part !== target) makeDirectory(part, steps);
    else makeFile(part, steps);
  }
  // What was read-only looks no different now.
  if (layer !== undefined && mount !== undefined && isReadOnly(mount)) {
    mountSetattr(layer, 0, { attrSet: MOUNT_ATTR_RDONLY });
  }
}

/** In a user namespace, mounts below a directory may be locked, and then it can't be part of an overlay. */
function coverWithLayer(directory: string, steps: Steps): number {
  const hasMounts = readMounts('self').under(directory).length > 0;
  if (isInUserNamespace() && hasMounts) return coverWithBinds(directory, steps);
  const layers = { lower: [directory], writable: undefined, source: OWN_LAYER };
  return coverWithOverlay(directory, steps, (attributes) => makeOverlay(layers, steps, attributes));
}

/** The mount that `directory` lies on; one that is not in the table can't be told from the host's. */
function findMount(directory: string): Mount | undefined {
  const id = mountIdOf(directory);
  return [...readMounts('self')].find((mount) => mount.id === id);
}

function isOnHost({ device }: Mount): boolean {
  return readMounts('host').find({ device }) !== undefined;
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
