import fs = require('node:fs');

import { processWide } from '../../native/process-wide.cjs';

const { readFileSync } = fs;

const known = processWide<{ isInside?: boolean }>('user-namespace', () => ({}));

/**
 * Whether this process is in a user namespace (user_namespaces(7)) other than the machine's first: one that
 * mountns made for lack of CAP_SYS_ADMIN, or a container's. There the kernel refuses block devices, unmounting
 * what was inherited, clearing its flags, and ids that are not mapped.
 */
export function isInUserNamespace(): boolean {
  // Remembered, since a test may cover /proc.
  known.isInside ??= !MAP_OF_ALL.test(readMap());
  return known.isInside;
}

/** A kernel without user namespaces has no such file: everybody is in the one and only. */
function readMap(): string {
  try {
    return readFileSync('/proc/self/uid_map', 'latin1');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '0 0 4294967295';
    throw error;
  }
}

const MAP_OF_ALL = /^\s*0\s+0\s+4294967295\s*$/;
