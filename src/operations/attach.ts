import { fstatSync } from 'node:fs';
import { refuseRoot } from '../files/target.js';
import { attachTo } from '../layers/attach-to.js';
import type { Steps } from '../layers/steps.js';
import { watched } from '../leaks/leak-watch.js';
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

/** What a mount point for the mount of `fd` has to be. */
export function kindOf(fd: number): MountPointKind {
  return fstatSync(fd).isDirectory() ? 'directory' : 'file';
}
