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
