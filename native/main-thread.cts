import fs = require('node:fs');

const { readlinkSync } = fs;

/**
 * Whether this is the thread that the process began with: its id is that of the process. Linux only.
 *
 * What `node:worker_threads` says is the same, but to load that takes two milliseconds of every worker's start.
 *
 * @see proc(5), /proc/thread-self
 */
export function isMainThread(): boolean {
  try {
    // "PROCESS/task/THREAD", both as this /proc numbers them.
    const [process, , thread] = readlinkSync('/proc/thread-self').split('/');
    return process === thread;
  } catch {
    // Without /proc nothing tells, and whoever needs it refuses.
    return true;
  }
}
