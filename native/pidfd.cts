import { cInt } from './arguments.cjs';
import { POLLIN } from './constants.cjs';
import { numberedSystemCall } from './libc.cjs';
import { poll } from './poll.cjs';

// asm-generic/unistd.h: pidfd_open needs Linux 5.3, pidfd_send_signal 5.1.
const pidfdOpenCall = numberedSystemCall('pidfd_open', 434, ['int', 'unsigned int']);
const pidfdSendSignalCall = numberedSystemCall('pidfd_send_signal', 424, [
  'int',
  'int',
  'void *',
  'unsigned int',
]);

/** pidfd_open(2): a descriptor of the process that has the id `pid` now; close-on-exec. */
export function pidfdOpen(pid: number): number {
  return pidfdOpenCall(() => ({ call: `pidfd_open(${pid}, 0)` }), cInt('pid', pid), 0);
}

/** pidfd_send_signal(2). */
export function pidfdSendSignal(fd: number, signal: number): void {
  const facts = () => ({ call: `pidfd_send_signal(${fd}, ${signal}, NULL, 0)` });
  pidfdSendSignalCall(facts, cInt('fd', fd), cInt('signal', signal), null, 0);
}

/** Whether the process has ended; waits for it for up to `timeout` milliseconds. */
export function pidfdHasEnded(fd: number, timeout: number): boolean {
  return poll(fd, POLLIN, timeout) !== 0;
}
