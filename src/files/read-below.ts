import { constants, readFileSync } from 'node:fs';
import { openat } from '../../native/directories.cjs';
import { probe } from '../../native/unless.cjs';
import { using } from '../../native/using.cjs';

/** The content of a file, whose path may be relative to a directory; null where it can't be read. */
export function readBelow(directory: number, file: string): string | null {
  return (
    probe(() => using(openat(directory, file, constants.O_RDONLY), (fd) => readFileSync(fd, 'utf8'))) ?? null
  );
}
