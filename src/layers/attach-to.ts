import { AT_RECURSIVE, MNT_DETACH, MS_PRIVATE } from '../../native/constants.cjs';
import { umount2 } from '../../native/mount.cjs';
import { mountSetattr, moveMount } from '../../native/mount-tree.cjs';
import { using } from '../../native/using.cjs';
import { withPathOf } from '../files/descriptor-path.js';
import type { MountTable } from '../mounts/mount-table.js';
import { readMounts } from '../mounts/read-mounts.js';
import { openMount } from './open-mount.js';
import type { Steps } from './steps.js';

/** Puts the detached mount tree of a descriptor on what the descriptor `fd` is of. */
export function attachTo(fd: number, tree: number, steps: Steps): void {
  const before = readMounts('self');
  moveMount(tree, '', fd);
  steps.onFailure(() => takeOff(tree, before));
}

/**
 * Takes the mount of `fd` out of the tree, with what is mounted on it, and its copies where it has travelled.
 *
 * @param before the mounts without it
 */
function takeOff(fd: number, before: MountTable): void {
  detach(fd);
  if (![...before].some(({ peerGroup }) => peerGroup)) return;
  const table = readMounts('self');
  const wasThere = (id: number) => before.find({ id });
  for (const mount of table) {
    if (wasThere(mount.id) || !wasThere(mount.parentId)) continue;
    const copy = openMount(mount, table);
    if (copy !== undefined) using(copy, detach);
  }
}

function detach(fd: number): void {
  // Copies that are peers of the originals would take the mounts on those with them.
  mountSetattr(fd, AT_RECURSIVE, { propagation: MS_PRIVATE });
  withPathOf(fd, (path) => umount2(path, MNT_DETACH));
}
