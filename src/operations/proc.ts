import { MOUNT_ATTR_NODEV, MOUNT_ATTR_NOEXEC, MOUNT_ATTR_NOSUID } from '../../native/constants.cjs';
import { attachFileSystem } from './mount.js';

/** Mounts a proc file system for the pid namespace of this process, as container runtimes do. */
export function mountProc(target: string): void {
  attachFileSystem({
    target,
    type: 'proc',
    attributes: MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC,
    options: {},
  });
}
