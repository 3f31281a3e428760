import { cInt } from './arguments.cjs';
import { EINTR } from './constants.cjs';
import { systemCall } from './libc.cjs';

const pollCall = systemCall('poll', ['void *', 'unsigned long', 'int'], {
  expected: [EINTR],
});

/**
 * poll(2) of one descriptor: the `events` (and errors) that it has, after `timeout` milliseconds at the latest; a
 * signal ends the wait too.
 */
export function poll(fd: number, events: number, timeout = 0): number {
  POLLFD.writeInt32LE(cInt('fd', fd), FD_OFFSET);
  POLLFD.writeInt16LE(events, EVENTS_OFFSET);
  // The kernel does not write it when a signal comes.
  POLLFD.writeInt16LE(0, REVENTS_OFFSET);
  const facts = () => ({ call: `poll([{fd=${fd}, events=0x${events.toString(16)}}], 1, ${timeout})` });
  pollCall(facts, POLLFD, 1, cInt('timeout', timeout));
  return POLLFD.readInt16LE(REVENTS_OFFSET);
}

const POLLFD = Buffer.alloc(8);
const FD_OFFSET = 0;
const EVENTS_OFFSET = 4;
const REVENTS_OFFSET = 6;
