import fs from 'node:fs';
import { MNT_DETACH, MOVE_MOUNT_T_EMPTY_PATH, UMOUNT_NOFOLLOW } from '../../native/constants.cjs';
import { umount2 } from '../../native/mount.cjs';
import { moveMount } from '../../native/mount-tree.cjs';
import type { Steps } from '../layers/steps.js';
import { type MountPointKind, provideMountPoint } from './mount-point.js';
import { withTarget } from './target.js';

/**
 * Puts the detached mount tree of a descriptor on top of what is at `target`, or on a mount point that is
 * provided there.
 */
export function attachTree(tree: number, target: string, steps: Steps): void {
  provideMountPoint(target, kindOf(tree), steps);
  withTarget(target, (fd) => attachTo(fd, tree, target, steps));
}

/** As {@link attachTree}, on what the descriptor `fd` is of. */
export function attachTo(fd: number, tree: number, target: string, steps: Steps): void {
  moveMount(tree, '', MOVE_MOUNT_T_EMPTY_PATH, fd);
  steps.onFailure(() => umount2(target, MNT_DETACH | UMOUNT_NOFOLLOW));
}

/** What a mount point for the mount of `fd` has to be. */
export function kindOf(fd: number): MountPointKind {
  return fs.fstatSync(fd).isDirectory() ? 'directory' : 'file';
}
