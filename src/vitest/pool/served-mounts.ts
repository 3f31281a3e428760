import { probe } from '../../../native/unless.cjs';
import type { Mount } from '../../mounts/mount.js';
import { readMounts } from '../../mounts/read-mounts.js';

/** The mounts that process `pid` sees of file systems for which another process or machine answers, or does not. */
export function servedMounts(pid: number): Mount[] {
  return probe(() => [...readMounts(pid)].filter(({ fsType }) => SERVED.test(fsType))) ?? [];
}

const SERVED = /^(9p|ceph|cifs|fuse(?!ctl)|nfs\d?$|smb|virtiofs)/;
