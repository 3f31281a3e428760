import { fstatSync } from 'node:fs';

import { cString, quoted } from './arguments.cjs';
import { systemCall } from './libc.cjs';
import { using } from './using.cjs';

const memfdCreateCall = systemCall('memfd_create', ['const void *', 'unsigned int']);

/**
 * memfd_create(2) with MFD_CLOEXEC: a file that lies in no directory and on no mounted file system, so it keeps none
 * busy. Returns its descriptor.
 */
export function memfdCreate(name: string): number {
  const facts = () => ({ call: `memfd_create(${quoted(name)}, MFD_CLOEXEC)` });
  return memfdCreateCall(facts, cString('name', name), MFD_CLOEXEC);
}

/**
 * The time that a file which is made now gets, in milliseconds since 1970: of a clock of the kernel that is up to a tick
 * behind the one of `Date.now()`.
 */
export function fileTime(): number {
  return using(memfdCreate('mountns'), (fd) => fstatSync(fd).ctimeMs);
}

const MFD_CLOEXEC = 1;
