import { chroot, fchdir, openDirectory } from '../../native/directories.cjs';
import { moveMount } from '../../native/mount-tree.cjs';
import type { Target } from '../files/target.js';
import { readMounts } from '../mounts/read-mounts.js';
import type { Steps } from './steps.js';
import { takeOff } from './take-off.js';

/**
 * Mounts `layer`, a detached mount, on a directory; if that is `/`, it becomes the root of this process. The
 * working directory stays the one that it was.
 */
export function cover({ path, fd }: Target, layer: number, steps: Steps): void {
  const root = steps.closing(openDirectory('/'));
  const cwd = steps.closing(openDirectory('.'));
  const before = readMounts('self');
  moveMount(layer, '', fd);
  steps.onFailure(() => {
    fchdir(root);
    chroot('.');
    takeOff(layer, before);
    fchdir(cwd);
  });
  if (path === '/') {
    fchdir(layer);
    chroot('.');
    fchdir(cwd);
  }
}
