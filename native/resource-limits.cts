import { systemCall } from './libc.cjs';

const getrlimitCall = systemCall('getrlimit', ['int', 'void *']);

/** getrlimit(2): the soft limit of `RLIMIT_NOFILE`, how many descriptors this process may have open at once. */
export function descriptorLimit(): number {
  const limits = Buffer.alloc(16);
  getrlimitCall(() => ({ call: 'getrlimit(RLIMIT_NOFILE)' }), RLIMIT_NOFILE, limits);
  return Number(limits.readBigUInt64LE());
}

// asm-generic/resource.h
const RLIMIT_NOFILE = 7;
