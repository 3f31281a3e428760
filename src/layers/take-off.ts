import { MNT_DETACH } from '../../native/constants.cjs';
import { umount2 } from '../../native/mount.cjs';
import { withPathOf } from './descriptor-path.js';

/** Takes the mount of `fd` out of the tree, with what is mounted on it. */
export function takeOff(fd: number): void {
  withPathOf(fd, (path) => umount2(path, MNT_DETACH));
}
