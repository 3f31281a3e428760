import fs = require('node:fs');

import { POLLPRI } from '../../native/constants.cjs';
import { openat } from '../../native/directories.cjs';
import { poll } from '../../native/poll.cjs';
import { using } from '../../native/using.cjs';

const { readSync } = fs;

/**
 * Reads a mount table through an open descriptor of a mountinfo file, from its start, whatever the
 * descriptor's position is. The result is the table as it was at one moment: the kernel hands out a page at
 * a time, so a table that changed between two pages is read again.
 *
 * @throws {UnstableMountInfoError} if the table changed during each of many reads.
 * @throws Node's own error if the descriptor cannot be read.
 */
export function readMountInfo(fd: number): Buffer {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    poll(fd, POLLPRI);
    const { bytes, isOnePage } = readOnce(fd, FIRST_SIZE);
    // poll(2) tells of every mount, unmount, move and remount, but not of propagation types and renames.
    if (poll(fd, POLLPRI) === 0 && (isOnePage || readOnce(fd, OTHER_SIZE).bytes.equals(bytes))) return bytes;
  }
  throw new UnstableMountInfoError();
}

/** The table that this thread sees now, by way of `procFd`, the directory `/proc`. */
export function readOwnMountInfo(procFd: number): Buffer {
  return using(openat(procFd, 'thread-self/mountinfo', 0), readMountInfo);
}

/** A mount table that changes faster than it can be read. */
export class UnstableMountInfoError extends Error {
  override readonly name = 'UnstableMountInfoError';

  constructor() {
    super(`the mount table changed during each of ${ATTEMPTS} reads`);
  }
}

/** No page begins where one does that is read with another `size`. */
function readOnce(fd: number, size: number): { bytes: Buffer; isOnePage: boolean } {
  let buffer = Buffer.allocUnsafe(size);
  let length = 0;
  let pages = 0;
  for (;;) {
    const read = readSync(fd, buffer, length, buffer.length - length, length);
    if (read === 0) return { bytes: buffer.subarray(0, length), isOnePage: pages <= 1 };
    pages++;
    length += read;
    if (length === buffer.length) {
      const larger = Buffer.allocUnsafe(length * 3);
      buffer.copy(larger, 0, 0, length);
      buffer = larger;
    }
  }
}

const ATTEMPTS = 500;
const FIRST_SIZE = 16384;
// What changes to and fro between any two pages would look the same twice if both times the pages were the same.
const OTHER_SIZE = 2048;
