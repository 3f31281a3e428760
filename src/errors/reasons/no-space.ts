import { readMounts } from '../../mounts/read-mounts.js';
import { noNamespacesLeft, readSysctl } from '../../obstacles/obstacles.cjs';
import type { Failure, Reason } from '../failure.js';
import { reasonOf } from './permission.js';

/** ENOSPC: of these calls the kernel says so at the limits of namespaces and of mounts in one, and for nothing else. */
export function explainNoSpace({ syscall }: Failure): Reason | undefined {
  if (!['mount', 'move_mount'].includes(syscall)) return reasonOf(noNamespacesLeft(syscall));
  const max = readSysctl('fs.mount-max');
  if (max === undefined) return undefined;
  const count = readMounts('self').length;
  return {
    why: `a mount namespace may hold ${max} mounts (fs.mount-max): ${count} are seen here, and every open scope holds a copy of the tree it began with`,
    fix: 'unmount what is not needed, or raise the limit as root: sysctl fs.mount-max=…',
  };
}
