import { AT_RECURSIVE, MNT_DETACH, MS_PRIVATE } from '../../native/constants.cjs';
import { umount2 } from '../../native/mount.cjs';
import { mountSetattr, moveMount } from '../../native/mount-tree.cjs';
import { using } from '../../native/using.cjs';
import { withPathOf } from '../files/descriptor-path.js';
import { join, pathBelow } from '../mounts/absolute-path.js';
import type { Mount } from '../mounts/mount.js';
import type { MountTable } from '../mounts/mount-table.js';
import { readMounts } from '../mounts/read-mounts.js';
import { findMount, openMount } from './open-mount.js';
import type { Steps } from './steps.js';

/** Puts the detached mount tree of a descriptor on what the descriptor `fd` is of. */
export function attachTo(fd: number, tree: number, steps: Steps): void {
  moveMount(tree, '', fd);
  steps.onFailure(() => takeOff(tree));
}

/** Takes the mount of `fd` out of the tree, with what is mounted on it, and its copies where it has travelled. */
function takeOff(fd: number): void {
  const copies = copiesOf(fd, readMounts('self'));
  detach(fd);
  // The kernel takes off those that nothing is mounted on.
  for (const { id } of copies) {
    const table = readMounts('self');
    const left = table.find({ id });
    const copy = left && openMount(left, table);
    if (copy !== undefined) using(copy, detach);
  }
}

/** What has come to the same place on each mount that receives what happens on the one that `fd` is mounted on. */
function copiesOf(fd: number, table: MountTable): Mount[] {
  const mount = findMount(table, fd);
  const parentOf = ({ parentId }: Mount) => table.find({ id: parentId });
  const place = (each: Mount, { root, mountPoint }: Mount) =>
    join(root, pathBelow(each.mountPoint, mountPoint));
  const parent = mount && parentOf(mount);
  if (parent?.peerGroup === undefined) return [];
  const groups = new Set([parent.peerGroup]);
  // It grows meanwhile: slaves may have peers, and those slaves.
  for (const master of groups) {
    for (const { peerGroup } of table.filter({ master })) if (peerGroup !== undefined) groups.add(peerGroup);
  }
  return [...table].filter((each) => {
    const on = parentOf(each);
    if (on === undefined || on === parent) return false;
    const isReached = [on.peerGroup, on.master].some((group) => groups.has(group as number));
    return isReached && place(each, on) === place(mount as Mount, parent);
  });
}

function detach(fd: number): void {
  // Copies that are peers of the originals would take the mounts on those with them.
  mountSetattr(fd, AT_RECURSIVE, { propagation: MS_PRIVATE });
  withPathOf(fd, (path) => umount2(path, MNT_DETACH));
}
