import { AT_RECURSIVE, MNT_DETACH, MS_PRIVATE } from '../../native/constants.cjs';
import { umount2 } from '../../native/mount.cjs';
import { mountSetattr } from '../../native/mount-tree.cjs';
import { using } from '../../native/using.cjs';
import { withPathOf } from '../files/descriptor-path.js';
import type { MountTable } from '../mounts/mount-table.js';
import { readMounts } from '../mounts/read-mounts.js';
import { openMount } from './open-mount.js';

/**
 * Takes the mount of `fd` out of the tree, with what is mounted on it, and its copies where it has travelled.
 *
 * @param before the mounts without it
 */
export function takeOff(fd: number, before: MountTable): void {
  detach(fd);
  if (![...before].some(({ peerGroup }) => peerGroup)) return;
  const table = readMounts('self');
  const isNew = (id: number) => before.find({ id }) === undefined;
  for (const mount of table) {
    if (!isNew(mount.id) || isNew(mount.parentId)) continue;
    const copy = openMount(mount, table);
    if (copy !== undefined) using(copy, detach);
  }
}

function detach(fd: number): void {
  // Copies that are peers of the originals would take the mounts on those with them.
  mountSetattr(fd, AT_RECURSIVE, { propagation: MS_PRIVATE });
  withPathOf(fd, (path) => umount2(path, MNT_DETACH));
}
