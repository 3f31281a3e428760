import { cInt } from './arguments.cjs';
import { systemCall } from './libc.cjs';

const pollCall = systemCall('poll', ['void *', 'unsigned long', 'int']);

/** poll(2) of one descriptor, without waiting: the `events` (and errors) that it has. */
export function poll(fd: number, events: number): number {
  const struct = Buffer.alloc(8);
  struct.writeInt32LE(cInt('fd', fd), FD_OFFSET);
  struct.writeInt16LE(events, EVENTS_OFFSET);
  pollCall(() => ({ call: `poll([{fd=${fd}, events=0x${events.toString(16)}}], 1, 0)` }), struct, 1, 0);
  return struct.readInt16LE(REVENTS_OFFSET);
}

const FD_OFFSET = 0;
const EVENTS_OFFSET = 4;
const REVENTS_OFFSET = 6;
