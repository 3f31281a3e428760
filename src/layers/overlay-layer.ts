import fs from 'node:fs';
import {
  AT_EMPTY_PATH,
  AT_RECURSIVE,
  MOVE_MOUNT_T_EMPTY_PATH,
  MS_PRIVATE,
  MS_UNBINDABLE,
  O_PATH,
  OPEN_TREE_CLONE,
} from '../../native/constants.cjs';
import { openWithoutSymlinks } from '../../native/directories.cjs';
import { mountSetattr, moveMount, openTree } from '../../native/mount-tree.cjs';
import { pathBelow, visibleMounts } from '../copy-on-write/part.js';
import { isBelow } from '../mounts/absolute-path.js';
import type { Mount } from '../mounts/mount.js';
import { readMounts } from '../mounts/read-mounts.js';
import { mountAttributesOf } from '../operations/mount-flags.js';
import { findWorkingDirectory, followWorkingDirectory } from '../operations/working-directory.js';
import { cover } from './cover.js';
import { makeOverlay } from './overlay.js';
import { findMount, type Place } from './place.js';
import type { Steps } from './steps.js';

/**
 * Covers a directory with an overlay whose lower layer is the directory and whose upper layer is on a tmpfs of
 * its own: from now on, changes made below stay in memory. The mounts below are put back on top, the working
 * directory follows, and the flags of the mount are those of the one beneath, but that it is writable.
 *
 * @param make makes the overlay, with the `MOUNT_ATTR_*` that it gets
 * @returns a descriptor of the overlay's mount
 */
export function coverWithOverlay(
  place: Place,
  steps: Steps,
  make = (attributes: number) => makeOverlay({ lower: place, writable: undefined }, steps, attributes),
): number {
  const table = readMounts('self');
  const { options = [] } = findMount(table, place.fd) ?? {};
  const attributes = mountAttributesOf(options.filter((option) => option !== 'ro'));
  const cwd = findWorkingDirectory();
  const below = visibleMounts(table).filter(({ mountPoint }) => isBelow(mountPoint, place.path));
  const copies = copyTrees(below, place, steps);
  const overlay = make(attributes);
  cover(place, overlay, steps);
  const covering = { path: place.path, fd: overlay };
  for (const { tree, mount } of copies) {
    moveMount(tree, '', MOVE_MOUNT_T_EMPTY_PATH, openBelow(covering, mount, steps));
  }
  for (const mount of below.filter(isUnbindable)) {
    mountSetattr(openBelow(covering, mount, steps), 0, { propagation: MS_UNBINDABLE });
  }
  followWorkingDirectory(place.path, cwd, steps);
  return overlay;
}

interface CopiedTree {
  tree: number;
  mount: Mount;
}

/** Copies of mount trees: the overlay shows only what its own file system holds. */
function copyTrees(mounts: readonly Mount[], place: Place, steps: Steps): CopiedTree[] {
  const topMost = mounts.filter(
    ({ mountPoint }) => !mounts.some((other) => isBelow(mountPoint, other.mountPoint)),
  );
  const unbindable = mounts.filter(isUnbindable).map((mount) => openBelow(place, mount, steps));
  const make = (propagation: number) => {
    for (const fd of unbindable) mountSetattr(fd, 0, { propagation });
  };
  steps.onFailure(() => make(MS_UNBINDABLE));
  make(MS_PRIVATE);
  const flags = OPEN_TREE_CLONE | AT_RECURSIVE | AT_EMPTY_PATH;
  const copies = topMost.map((mount) => ({
    tree: steps.closing(openTree('', flags, openBelow(place, mount, steps))),
    mount,
  }));
  make(MS_UNBINDABLE);
  return copies;
}

/** A descriptor of the mount point of `mount`, from the directory that it lies below. */
function openBelow({ path, fd }: Place, { mountPoint }: Mount, steps: Steps): number {
  // A symbolic link can be mounted too.
  const flags = O_PATH | fs.constants.O_NOFOLLOW;
  return steps.closing(openWithoutSymlinks(pathBelow(mountPoint, path).slice(1), flags, fd));
}

function isUnbindable({ propagation }: Mount): boolean {
  return propagation === 'unbindable';
}
