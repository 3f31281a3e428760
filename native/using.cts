import fs = require('node:fs');

const { closeSync } = fs;

/** Runs `use` with a descriptor, which is closed afterwards. */
export function using<T>(fd: number, use: (fd: number) => T): T {
  try {
    return use(fd);
  } finally {
    closeSync(fd);
  }
}

/** Returns `fd` when `step` is done with it; closes it when that fails. */
export function closingOnError(fd: number, step: (fd: number) => void): number {
  try {
    step(fd);
    return fd;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}
