import { AT_RECURSIVE, MNT_DETACH, MS_PRIVATE } from '../../native/constants.cjs';
import { umount2 } from '../../native/mount.cjs';
import { mountSetattr } from '../../native/mount-tree.cjs';
import { withPathOf } from '../files/descriptor-path.js';

/** Takes the mount of `fd` out of the tree, with what is mounted on it. */
export function takeOff(fd: number): void {
  // Copies that are peers of the originals would take the mounts on those with them.
  mountSetattr(fd, AT_RECURSIVE, { propagation: MS_PRIVATE });
  withPathOf(fd, (path) => umount2(path, MNT_DETACH));
}
