import {
  AT_RECURSIVE,
  AT_SYMLINK_NOFOLLOW,
  MS_PRIVATE,
  MS_UNBINDABLE,
  OPEN_TREE_CLONE,
} from '../../native/constants.cjs';
import { mountSetattr, moveMount, openTree } from '../../native/mount-tree.cjs';
import { visibleMounts } from '../copy-on-write/part.js';
import { isBelow } from '../mounts/absolute-path.js';
import type { Mount } from '../mounts/mount.js';
import { readMounts } from '../mounts/read-mounts.js';
import { mountAttributesOf } from '../operations/mount-flags.js';
import { openTarget } from '../operations/target.js';
import { findWorkingDirectory, followWorkingDirectory } from '../operations/working-directory.js';
import { cover } from './cover.js';
import { makeOverlay } from './overlay.js';
import type { Steps } from './steps.js';

/**
 * Covers `directory` with an overlay whose lower layer is the directory and whose upper layer is on a tmpfs of
 * its own: from now on, changes made below stay in memory. The mounts below are put back on top, the working
 * directory follows, and the flags of the mount are those of the one beneath, but that it is writable.
 *
 * @param make makes the overlay, with the `MOUNT_ATTR_*` that it gets
 * @returns a descriptor of the overlay's mount
 */
export function coverWithOverlay(
  directory: string,
  steps: Steps,
  make = (attributes: number) => makeOverlay({ lower: [directory], writable: undefined }, steps, attributes),
): number {
  const table = readMounts('self');
  const { options = [] } = table.containing(directory) ?? {};
  const attributes = mountAttributesOf(options.filter((option) => option !== 'ro'));
  const cwd = findWorkingDirectory();
  const below = visibleMounts(table).filter(({ mountPoint }) => isBelow(mountPoint, directory));
  const copies = copyTrees(below, steps);
  const overlay = make(attributes);
  cover(directory, overlay, steps);
  for (const { tree, mountPoint } of copies) moveMount(tree, mountPoint);
  for (const { mountPoint } of below.filter(isUnbindable)) {
    mountSetattr(steps.closing(openTarget(mountPoint)), 0, { propagation: MS_UNBINDABLE });
  }
  followWorkingDirectory(directory, cwd, steps);
  return overlay;
}

interface CopiedTree {
  tree: number;
  mountPoint: string;
}

/** Copies of mount trees: the overlay shows only what its own file system holds. */
function copyTrees(mounts: readonly Mount[], steps: Steps): CopiedTree[] {
  const topMost = mounts.filter(
    ({ mountPoint }) => !mounts.some((other) => isBelow(mountPoint, other.mountPoint)),
  );
  const unbindable = mounts.filter(isUnbindable).map((mount) => steps.closing(openTarget(mount.mountPoint)));
  const make = (propagation: number) => {
    for (const fd of unbindable) mountSetattr(fd, 0, { propagation });
  };
  steps.onFailure(() => make(MS_UNBINDABLE));
  make(MS_PRIVATE);
  const copies = topMost.map(({ mountPoint }) => ({
    tree: steps.closing(openTree(mountPoint, OPEN_TREE_CLONE | AT_RECURSIVE | AT_SYMLINK_NOFOLLOW)),
    mountPoint,
  }));
  make(MS_UNBINDABLE);
  return copies;
}

function isUnbindable({ propagation }: Mount): boolean {
  return propagation === 'unbindable';
}
