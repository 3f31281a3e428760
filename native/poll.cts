import os = require('node:os');

import { cInt } from './arguments.cjs';
import { systemCall } from './libc.cjs';

const pollCall = systemCall('poll', ['void *', 'unsigned long', 'int'], {
  expected: [os.constants.errno.EINTR],
});

/**
 * poll(2) of one descriptor: the `events` (and errors) that it has, after `timeout` milliseconds at the latest; a
 * signal ends the wait too.
 */
export function poll(fd: number, events: number, timeout = 0): number {
  const struct = Buffer.alloc(8);
  struct.writeInt32LE(cInt('fd', fd), FD_OFFSET);
  struct.writeInt16LE(events, EVENTS_OFFSET);
  const facts = () => ({ call: `poll([{fd=${fd}, events=0x${events.toString(16)}}], 1, ${timeout})` });
  pollCall(facts, struct, 1, cInt('timeout', timeout));
  return struct.readInt16LE(REVENTS_OFFSET);
}

const FD_OFFSET = 0;
const EVENTS_OFFSET = 4;
const REVENTS_OFFSET = 6;
