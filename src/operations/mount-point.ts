import fs from 'node:fs';
import { posix } from 'node:path';
import { MOUNT_ATTR_RDONLY, O_PATH } from '../../native/constants.cjs';
import { mkdirat, openat, openWithoutSymlinks } from '../../native/directories.cjs';
import { mountSetattr } from '../../native/mount-tree.cjs';
import { encodePath } from '../../native/path-bytes.cjs';
import { coverWithBinds } from '../layers/bind-layer.js';
import { withPathOf } from '../layers/descriptor-path.js';
import { makeOverlay } from '../layers/overlay.js';
import { coverWithOverlay } from '../layers/overlay-layer.js';
import { OWN_LAYER } from '../layers/own-layer.js';
import { findMount, type Place } from '../layers/place.js';
import type { Steps } from '../layers/steps.js';
import { isReadOnly, type Mount } from '../mounts/mount.js';
import { readMounts } from '../mounts/read-mounts.js';
import { isInUserNamespace } from '../namespace/user-namespace.cjs';
import { openIfThere } from './target.js';

/** A file system is mounted on a directory; a single file on anything else. */
export type MountPointKind = 'directory' | 'file';

/**
 * Provides the mount point `target` when it is missing, without creating anything on a file system that the
 * host has mounted: the nearest directory that exists is covered with a layer in memory, and what is missing is
 * made there. So nothing is left behind, not even by a worker that is killed.
 *
 * @returns a descriptor of the mount point, which `steps` closes
 */
export function provideMountPoint(target: string, kind: MountPointKind, steps: Steps): number {
  const missing: string[] = [];
  let path = target;
  let found = openIfThere(path);
  while (found === undefined) {
    missing.unshift(posix.basename(path));
    path = posix.dirname(path);
    found = openIfThere(path);
  }
  const fd = steps.closing(found);
  if (missing.length === 0) return fd;
  const mount = findMount(readMounts('self'), fd);
  const isCovered = mount === undefined || isReadOnly(mount) || isOnHost(mount);
  const layer = isCovered ? coverWithLayer({ path, fd }, steps) : undefined;
  let made = layer ?? fd;
  for (const [index, name] of missing.entries()) {
    const isDirectory = kind === 'directory' || index < missing.length - 1;
    made = isDirectory ? makeDirectory(made, name, steps) : makeFile(made, name, steps);
  }
  // What was read-only looks no different now.
  if (layer !== undefined && mount !== undefined && isReadOnly(mount)) {
    mountSetattr(layer, 0, { attrSet: MOUNT_ATTR_RDONLY });
  }
  return made;
}

/** In a user namespace, mounts below a directory may be locked, and then it can't be part of an overlay. */
function coverWithLayer(place: Place, steps: Steps): number {
  const hasMounts = readMounts('self').under(place.path).length > 0;
  if (isInUserNamespace() && hasMounts) return coverWithBinds(place, steps);
  const layers = { lower: place, writable: undefined, source: OWN_LAYER };
  return coverWithOverlay(place, steps, (attributes) => makeOverlay(layers, steps, attributes));
}

function isOnHost({ device }: Mount): boolean {
  return readMounts('host').find({ device }) !== undefined;
}

function makeDirectory(parent: number, name: string, steps: Steps): number {
  mkdirat(parent, name);
  steps.onFailure(() => withPathOf(parent, (path) => fs.rmdirSync(encodePath(`${path}/${name}`))));
  return steps.closing(openWithoutSymlinks(name, O_PATH, parent));
}

function makeFile(parent: number, name: string, steps: Steps): number {
  const { O_CREAT, O_EXCL, O_WRONLY } = fs.constants;
  const fd = steps.closing(openat(parent, name, O_CREAT | O_EXCL | O_WRONLY));
  steps.onFailure(() => withPathOf(parent, (path) => fs.unlinkSync(encodePath(`${path}/${name}`))));
  fs.fchmodSync(fd, 0o644);
  return steps.closing(openWithoutSymlinks(name, O_PATH, parent));
}
