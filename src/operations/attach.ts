import { closeSync } from 'node:fs';
import { openDirectory } from '../../native/directories.cjs';
import { succeeds } from '../../native/unless.cjs';
import { withPathOf } from '../files/descriptor-path.js';
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

/** What a mount point for the mount of `fd` has to be; found without asking whoever serves it, as fstat(2) does. */
export function kindOf(fd: number): MountPointKind {
  const isDirectory = withPathOf(fd, (path) => succeeds(['ENOTDIR'], () => closeSync(openDirectory(path))));
  return isDirectory ? 'directory' : 'file';
}
