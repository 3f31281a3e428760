import { fstatSync } from 'node:fs';

/** The device of the file system that `fd` is on, as mountinfo prints it: `major:minor`. */
export function deviceOf(fd: number): string {
  const { dev } = fstatSync(fd);
  // gnu_dev_major(3), for the 32 bits that the kernel uses.
  const major = (dev >>> 8) & 0xfff;
  const minor = (dev & 0xff) | ((dev >>> 12) & 0xfff00);
  return `${major}:${minor}`;
}
