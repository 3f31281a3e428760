import { fstatSync } from 'node:fs';
import { moveMount } from '../../native/mount-tree.cjs';
import { refuseRoot } from '../files/target.js';
import type { Steps } from '../layers/steps.js';
import { takeOff } from '../layers/take-off.js';
import { watched } from '../leaks/leak-watch.js';
import { readMounts } from '../mounts/read-mounts.js';
import { type MountPointKind, provideMountPoint } from './mount-point.js';

/**
 * Puts the detached mount tree of a descriptor on top of what is at `target`, or on a mount point that is
 * provided there.
 */
export function attachTree(tree: number, target: string, steps: Steps): void {
  refuseRoot(target);
  attachTo(provideMountPoint(target, kindOf(tree), steps), tree, steps);
  watched.file?.onMounted(target);
}

/** As {@link attachTree}, on what the descriptor `fd` is of. */
export function attachTo(fd: number, tree: number, steps: Steps): void {
  const before = readMounts('self');
  moveMount(tree, '', fd);
  steps.onFailure(() => takeOff(tree, before));
}

/** What a mount point for the mount of `fd` has to be. */
export function kindOf(fd: number): MountPointKind {
  return fstatSync(fd).isDirectory() ? 'directory' : 'file';
}
