import { constants } from 'node:fs';
import { AT_RECURSIVE, O_PATH, OPEN_TREE_CLONE } from '../../native/constants.cjs';
import { openWithoutSymlinks } from '../../native/directories.cjs';
import { moveMount, openTree } from '../../native/mount-tree.cjs';
import type { Target } from '../files/target.js';
import { findWorkingDirectory, followWorkingDirectory } from '../files/working-directory.js';
import { isBelow, pathBelow } from '../mounts/absolute-path.js';
import type { Mount } from '../mounts/mount.js';
import { mountAttributesOf } from '../mounts/mount-flags.js';
import type { MountTable } from '../mounts/mount-table.js';
import { readMounts } from '../mounts/read-mounts.js';
import { visibleMounts } from '../mounts/visible-mounts.js';
import { cover } from './cover.js';
import { findMount, openMount, stackAt } from './open-mount.js';
import { makeOverlay } from './overlay.js';
import type { Steps } from './steps.js';
import { takingUnbindable } from './unbindable.js';

/**
 * Covers a directory with an overlay whose lower layer is the directory and whose upper layer is on a tmpfs of
 * its own: from now on, changes made below stay in memory. The mounts below are put back on top, the working
 * directory follows, and the flags of the mount are those of the one beneath, but that it is writable.
 *
 * @param make makes the overlay, with the `MOUNT_ATTR_*` that it gets
 * @param table of this process, if it was read just now
 * @returns a descriptor of the overlay's mount
 */
export function coverWithOverlay(
  target: Target,
  steps: Steps,
  make = (attributes: number) => makeOverlay({ lower: target, writable: undefined }, steps, attributes),
  table = readMounts('self'),
): number {
  const coverAll = () => {
    const cwd = findWorkingDirectory();
    const copies = copyTrees(table, target, steps);
    const overlay = make(writableAttributes(target.fd, table));
    cover(target, overlay, steps);
    const covering = { path: target.path, fd: overlay };
    for (const { tree, mount } of copies) {
      moveMount(tree, '', openBelow(covering, mount, steps));
    }
    followWorkingDirectory(target.path, cwd, steps);
    return overlay;
  };
  return takingUnbindable(target.path, coverAll, table);
}

/** `MOUNT_ATTR_*` of the mount that `fd` lies on, but that it is writable. */
export function writableAttributes(fd: number, table = readMounts('self')): number {
  const { options = [] } = findMount(table, fd) ?? {};
  return mountAttributesOf(options.filter((option) => option !== 'ro'));
}

interface CopiedTree {
  tree: number;
  mount: Mount;
}

/** Copies of the mount trees below `target`: the overlay shows only what its own file system holds. */
function copyTrees(table: MountTable, target: Target, steps: Steps): CopiedTree[] {
  const below = visibleMounts(table).filter(({ mountPoint }) => isBelow(mountPoint, target.path));
  const topMost = below.filter(
    ({ mountPoint }) => !below.some((other) => isBelow(mountPoint, other.mountPoint)),
  );
  return topMost.map((mount) => {
    // What is stacked on a mount comes along.
    const bottom = openMount(stackAt(mount.mountPoint, table).at(-1) as Mount, table);
    const fd = bottom === undefined ? openBelow(target, mount, steps) : steps.closing(bottom);
    const flags = OPEN_TREE_CLONE | AT_RECURSIVE;
    return { tree: steps.closing(openTree('', flags, fd)), mount };
  });
}

/** A descriptor of the mount point of `mount`, from the directory that it lies below. */
function openBelow({ path, fd }: Target, { mountPoint }: Mount, steps: Steps): number {
  // A symbolic link can be mounted too.
  const flags = O_PATH | constants.O_NOFOLLOW;
  return steps.closing(openWithoutSymlinks(pathBelow(mountPoint, path).slice(1), flags, fd));
}
