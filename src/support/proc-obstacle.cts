import fs = require('node:fs');

import { probe } from '../../native/unless.cjs';

const { lstatSync, readlinkSync } = fs;

/**
 * What is wrong with /proc, if anything is: it has to number processes as the system calls of this process do, or
 * others would be ended than those that are meant.
 */
export function findProcObstacle(): { summary: string; why?: string; fix: string } | undefined {
  const pid = probe(() => readlinkSync('/proc/self'));
  if (pid === String(process.pid)) return undefined;
  // It is there also where this process has no number.
  if (lstatSync('/proc/self', { throwIfNoEntry: false }) === undefined) {
    return {
      summary: 'there is no proc file system on /proc',
      fix: 'mount it: mount -t proc proc /proc',
    };
  }
  return {
    summary: '/proc belongs to another pid namespace',
    why: `this is process ${process.pid}, and /proc/self leads to ${pid ?? 'none'}`,
    fix: 'give this one its own: unshare --pid --fork --mount-proc …, or bwrap --unshare-pid --proc /proc …',
  };
}
