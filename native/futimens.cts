import { systemCall } from './libc.cjs';

const futimensCall = systemCall('futimens', ['int', 'const void *']);

/** futimens(3): sets the times that `timesOf` of `statx.cts` has found, to the nanosecond. */
export function futimens(fd: number, times: Buffer): void {
  futimensCall(() => ({ call: `futimens(${fd})` }), fd, times);
}
