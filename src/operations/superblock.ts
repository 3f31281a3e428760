import { MountError } from '../errors/mount-error.js';
import { formatMount } from '../mounts/format-mount.js';
import type { Mount } from '../mounts/mount.js';
import { readMounts } from '../mounts/read-mounts.js';

// Of these the kernel has one superblock for all, and kernels before 6.6 apply the options of every new mount to it.
const SINGLE: ReadonlySet<string> = new Set(['cgroup2', 'debugfs', 'devtmpfs', 'pstore', 'tracefs']);

/** Refuses options for a file system that there is only one of, and that the host has mounted. */
export function refuseSharedSuperblock(type: string): void {
  if (!SINGLE.has(type)) return;
  const shared = readMounts('host').find({ fsType: type });
  if (shared !== undefined) throw sharedSuperblock(type, shared);
}

/** The error for options that would change a file system of the host. */
function sharedSuperblock(type: string, host: Mount): MountError {
  return new MountError(
    {
      summary: `cannot mount ${type} with options: the file system is the host's`,
      why: `its superblock is the one of ${formatMount(host)}, and options would change it for the host`,
      fix: 'leave data out, and use flags, which are of the new mount alone',
    },
    { code: 'EBUSY' },
  );
}
