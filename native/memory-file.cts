import { cInt, cString, quoted } from './arguments.cjs';
import { systemCall } from './libc.cjs';

const memfdCreateCall = systemCall('memfd_create', ['const void *', 'unsigned int']);

/**
 * memfd_create(2): a file that lies in no directory and on no mounted file system, so it keeps none busy.
 * Returns its descriptor.
 */
export function memfdCreate(name: string, flags: number): number {
  return memfdCreateCall(
    () => ({ call: `memfd_create(${quoted(name)}, ${flags})` }),
    cString('name', name),
    cInt('flags', flags),
  );
}

export const MFD_CLOEXEC = 1;
