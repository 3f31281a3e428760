import fs = require('node:fs');

import { processWide } from '../../native/process-wide.cjs';

const known = processWide<{ isInside?: boolean }>('user-namespace', () => ({}));

/**
 * Whether this process is in a user namespace (user_namespaces(7)) other than the machine's first: one that
 * mountns made for lack of CAP_SYS_ADMIN, or a container's. There the kernel refuses block devices, unmounting
 * what was inherited, clearing its flags, and ids that are not mapped.
 */
export function isInUserNamespace(): boolean {
  // Remembered, since a test may cover /proc.
  known.isInside ??= !/^\s*0\s+0\s+4294967295\s*$/.test(fs.readFileSync('/proc/self/uid_map', 'latin1'));
  return known.isInside;
}
