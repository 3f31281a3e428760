import { cInt } from './arguments.cjs';
import { ENXIO, SEEK_DATA } from './constants.cjs';
import { systemCall } from './libc.cjs';

const lseekCall = systemCall('lseek', ['int', 'long', 'int'], { result: 'long', expected: [ENXIO] });

/** lseek(2) with `SEEK_DATA`: where data is at `offset` or behind it; `Infinity` where only a hole is left. */
export function seekData(fd: number, offset: number): number {
  const facts = () => ({ call: `lseek(${fd}, ${offset}, SEEK_DATA)` });
  const position = lseekCall(facts, cInt('fd', fd), offset, SEEK_DATA);
  return position === -1 ? Number.POSITIVE_INFINITY : position;
}
