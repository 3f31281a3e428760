import { MNT_DETACH, MOVE_MOUNT_T_EMPTY_PATH } from '../../native/constants.cjs';
import { chroot, fchdir, mountIdOf, openDirectory } from '../../native/directories.cjs';
import { umount2 } from '../../native/mount.cjs';
import { moveMount } from '../../native/mount-tree.cjs';
import { openTarget } from '../operations/target.js';
import type { Steps } from './steps.js';

/**
 * Mounts `layer`, a detached mount, on `directory`; if that is `/`, it becomes the root of this process. The
 * working directory stays the one that it was.
 */
export function cover(directory: string, layer: number, steps: Steps): void {
  const root = steps.closing(openDirectory('/'));
  const cwd = steps.closing(openDirectory('.'));
  const target = steps.closing(openTarget(directory));
  // The top-most mount on `/` is not the one of the root directory: `/..` is.
  const top = directory === '/' ? '/..' : directory;
  const covered = mountIdOf(top);
  moveMount(layer, '', MOVE_MOUNT_T_EMPTY_PATH, target);
  steps.onFailure(() => {
    fchdir(root);
    chroot('.');
    while (mountIdOf(top) !== covered) umount2(directory, MNT_DETACH);
    fchdir(cwd);
  });
  if (directory === '/') {
    fchdir(layer);
    chroot('.');
    fchdir(cwd);
  }
}
