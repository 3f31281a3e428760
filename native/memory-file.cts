import { cString, quoted } from './arguments.cjs';
import { systemCall } from './libc.cjs';

const memfdCreateCall = systemCall('memfd_create', ['const void *', 'unsigned int']);

/**
 * memfd_create(2) with MFD_CLOEXEC: a file that lies in no directory and on no mounted file system, so it keeps none
 * busy. Returns its descriptor.
 */
export function memfdCreate(name: string): number {
  const facts = () => ({ call: `memfd_create(${quoted(name)}, MFD_CLOEXEC)` });
  return memfdCreateCall(facts, cString('name', name), MFD_CLOEXEC);
}

const MFD_CLOEXEC = 1;
