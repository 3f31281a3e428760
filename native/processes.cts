import { cInt } from './arguments.cjs';
import { F_GETFD, F_SETFD, FD_CLOEXEC, PR_SET_PDEATHSIG } from './constants.cjs';
import { systemCall } from './libc.cjs';

const prctlCall = systemCall('prctl', [
  'int',
  'unsigned long',
  'unsigned long',
  'unsigned long',
  'unsigned long',
]);
const getppidCall = systemCall('getppid', []);
const fcntlCall = systemCall('fcntl', ['int', 'int', 'int']);

/** prctl(2). */
export function prctl(option: number, value: number): number {
  return prctlCall(
    () => ({ call: `prctl(${option}, ${value}, 0, 0, 0)` }),
    cInt('option', option),
    value,
    0,
    0,
    0,
  );
}

/**
 * PR_SET_PDEATHSIG: the kernel sends `signal` to this process when the thread that made it ends. It does not
 * when that one ended before, so compare {@link getppid} afterwards.
 */
export function setParentDeathSignal(signal: number): void {
  prctl(PR_SET_PDEATHSIG, cInt('signal', signal));
}

/** getppid(2): now, not as it was when Node started. */
export function getppid(): number {
  return getppidCall(() => ({}));
}

/** fcntl(2): whether `fd` is closed by execve(2). */
export function setCloseOnExec(fd: number, close: boolean): void {
  const flags = fcntlCall(() => ({ call: `fcntl(${fd}, F_GETFD)` }), cInt('fd', fd), F_GETFD, 0);
  const wanted = close ? flags | FD_CLOEXEC : flags & ~FD_CLOEXEC;
  fcntlCall(() => ({ call: `fcntl(${fd}, F_SETFD, ${wanted})` }), fd, F_SETFD, wanted);
}
