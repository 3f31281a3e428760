import { constants, fchmodSync, fstatSync, rmdirSync, unlinkSync } from 'node:fs';
import { basename, dirname } from 'node:path/posix';
import { MOUNT_ATTR_RDONLY, O_PATH, OPEN_TREE_CLONE } from '../../native/constants.cjs';
import { mkdirat, openat, openWithoutSymlinks } from '../../native/directories.cjs';
import { mountSetattr, openTree } from '../../native/mount-tree.cjs';
import { encodePath } from '../../native/path-bytes.cjs';
import { using } from '../../native/using.cjs';
import { withPathOf } from '../files/descriptor-path.js';
import { noteProvided, provided } from '../files/provided.js';
import { openIfThere, type Target } from '../files/target.js';
import { coverWithBinds } from '../layers/bind-layer.js';
import { findMount } from '../layers/open-mount.js';
import { makeOverlay } from '../layers/overlay.js';
import { findXattrs } from '../layers/overlay-features.js';
import { coverWithOverlay } from '../layers/overlay-layer.js';
import { isOwnLayer, OWN_LAYER } from '../layers/own-layer.js';
import { withScratch } from '../layers/scratch.js';
import type { Steps } from '../layers/steps.js';
import { takingUnbindable } from '../layers/unbindable.js';
import { join } from '../mounts/absolute-path.js';
import { isReadOnly, type Mount } from '../mounts/mount.js';
import { MountTable } from '../mounts/mount-table.js';
import { readMounts } from '../mounts/read-mounts.js';
import { requireEntered } from '../namespace/guard.js';
import { isInUserNamespace } from '../namespace/user-namespace.cjs';

/** A file system is mounted on a directory; a single file on anything else. */
export type MountPointKind = 'directory' | 'file';

/**
 * Provides the mount point `target` when it is missing, without creating anything on a file system that is the
 * host's: the nearest directory that exists is covered with a layer in memory, and what is missing is
 * made there. So nothing is left behind, not even by a worker that is killed.
 *
 * @returns a descriptor of the mount point, which `steps` closes
 */
export function provideMountPoint(target: string, kind: MountPointKind, steps: Steps): number {
  const missing: string[] = [];
  let path = target;
  let nearest = openIfThere(path);
  while (nearest === undefined) {
    missing.unshift(basename(path));
    path = dirname(path);
    nearest = openIfThere(path);
  }
  const fd = steps.closing(nearest);
  if (missing.length === 0) return fd;
  const table = readMounts('self');
  const mount = findMount(table, fd);
  const isCovered = mount === undefined || isOnHost(mount) || (isReadOnly(mount) && !isOwnLayer(mount));
  const found = isCovered ? coverWithLayer({ path, fd }, table, steps) : fd;
  let made = found;
  if (mount !== undefined && isReadOnly(mount)) {
    // What was read-only looks no different now.
    if (isCovered) mountSetattr(found, 0, { attrSet: MOUNT_ATTR_RDONLY });
    made = takingUnbindable(path, () => openWritable(found, steps));
  }
  for (const [index, name] of missing.entries()) {
    const isDirectory = kind === 'directory' || index < missing.length - 1;
    const parent = made;
    made = isDirectory ? makeDirectory(parent, name, steps) : makeFile(parent, name, steps);
    // A layer takes it along when it goes.
    if (isCovered) continue;
    const names = missing.slice(0, index + 1).join('/');
    const { dev, ino } = fstatSync(made);
    provided.push({ dev, ino, path: join(path, `/${names}`) });
    if (isOwnLayer(mount)) using(openat(parent, name, constants.O_RDONLY), (fd) => noteProvided(fd, names));
  }
  return steps.closing(openWithoutSymlinks(missing.join('/'), O_PATH, found));
}

/** The directory `fd` on a detached mount: the one that everybody sees stays read-only meanwhile. */
function openWritable(fd: number, steps: Steps): number {
  const tree = steps.closing(openTree('', OPEN_TREE_CLONE, fd));
  mountSetattr(tree, 0, { attrClr: MOUNT_ATTR_RDONLY });
  return tree;
}

/**
 * In a user namespace, mounts below a directory may be locked, and then it can't be part of an overlay; before Linux 6.6
 * no overlay in memory can do all that a directory can.
 */
function coverWithLayer(target: Target, table: MountTable, steps: Steps): number {
  const hasMounts = () => table.under(target.path).length > 0;
  if (isInUserNamespace() && (hasMounts() || withScratch(findXattrs) === undefined)) {
    return coverWithBinds(target, steps);
  }
  const layers = { lower: target, writable: undefined, source: OWN_LAYER };
  return coverWithOverlay(target, steps, (attributes) => makeOverlay(layers, steps, attributes), table);
}

/** Whether the host has mounted it, or had when this process left it: then it may still be on a disk. */
function isOnHost({ device }: Mount): boolean {
  const { hiddenDevices, mountInfoAtEntry } = requireEntered().host;
  const isIn = (table: MountTable) => table.find({ device }) !== undefined;
  // The host's own table last: the kernel takes longer to write a large one than this package to read it.
  return hiddenDevices.includes(device) || isIn(new MountTable(mountInfoAtEntry)) || isIn(readMounts('host'));
}

function makeDirectory(parent: number, name: string, steps: Steps): number {
  mkdirat(parent, name);
  steps.onFailure(() => withPathOf(parent, (path) => rmdirSync(encodePath(`${path}/${name}`))));
  return steps.closing(openWithoutSymlinks(name, O_PATH, parent));
}

function makeFile(parent: number, name: string, steps: Steps): number {
  const { O_CREAT, O_EXCL, O_WRONLY } = constants;
  const fd = steps.closing(openat(parent, name, O_CREAT | O_EXCL | O_WRONLY));
  steps.onFailure(() => withPathOf(parent, (path) => unlinkSync(encodePath(`${path}/${name}`))));
  fchmodSync(fd, 0o644);
  return steps.closing(openWithoutSymlinks(name, O_PATH, parent));
}
