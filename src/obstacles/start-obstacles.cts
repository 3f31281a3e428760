import fs = require('node:fs');

import { probe } from '../../native/unless.cjs';

const { lstatSync, readlinkSync } = fs;

/** What keeps a process from beginning to enter a namespace. */
export interface StartObstacle {
  summary: string;
  why?: string;
  fix: string;
}

/** What is in the way of a namespace before it is tried: a kernel that is not Linux, or a runtime that is not Node. */
export function findPlatformObstacle(
  platform: string = process.platform,
  versions: Readonly<Record<string, string | undefined>> = process.versions,
): StartObstacle | undefined {
  // Both call themselves Node as well.
  const runtime = ['bun', 'deno'].find((name) => name in versions);
  if (runtime !== undefined) {
    return {
      summary: `mountns needs Node, this is ${runtime} ${versions[runtime]}`,
      fix: 'run the tests with Node',
    };
  }
  if (platform === 'linux') return undefined;
  return {
    summary: `mountns needs Linux, this is ${platform}`,
    why: 'mount namespaces are a feature of the Linux kernel',
    fix: "run the tests in a Linux container or virtual machine, or set unsupported: 'skip'",
  };
}

/**
 * What is wrong with /proc, if anything is: it has to number processes as the system calls of this process do, or
 * others would be ended than those that are meant.
 */
export function findProcObstacle(): StartObstacle | undefined {
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
