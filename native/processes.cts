import os = require('node:os');

import { cInt, cPath, cString, type PathLike, printable, quoted } from './arguments.cjs';
import {
  F_GETFD,
  F_SETFD,
  FD_CLOEXEC,
  P_ALL,
  PR_SET_PDEATHSIG,
  WEXITED,
  WNOHANG,
  WNOWAIT,
} from './constants.cjs';
import { systemCall } from './libc.cjs';

const prctlCall = systemCall('prctl', [
  'int',
  'unsigned long',
  'unsigned long',
  'unsigned long',
  'unsigned long',
]);
const getppidCall = systemCall('getppid', []);
const waitidCall = systemCall('waitid', ['int', 'unsigned int', 'void *', 'int'], {
  expected: [os.constants.errno.ECHILD],
});
const execvCall = systemCall('execv', ['const void *', 'const void **']);
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

/** waitid(2): whether this process has children, ended ones that nobody has waited for included. */
export function hasChildren(): boolean {
  return (
    waitidCall(() => ({ call: 'waitid(P_ALL, 0, …)' }), P_ALL, 0, SIGINFO, WEXITED | WNOHANG | WNOWAIT) === 0
  );
}

const SIGINFO = Buffer.alloc(128);

/** fcntl(2): whether `fd` is closed by execve(2). */
export function setCloseOnExec(fd: number, close: boolean): void {
  const flags = fcntlCall(() => ({ call: `fcntl(${fd}, F_GETFD)` }), cInt('fd', fd), F_GETFD, 0);
  const wanted = close ? flags | FD_CLOEXEC : flags & ~FD_CLOEXEC;
  fcntlCall(() => ({ call: `fcntl(${fd}, F_SETFD, ${wanted})` }), fd, F_SETFD, wanted);
}

/**
 * execv(3): this process becomes `path`, with the environment that it has now. Descriptors that are
 * close-on-exec are lost, Node's standard streams among them: see {@link setCloseOnExec}.
 *
 * @param argv the arguments, its own name first
 */
export function execv(path: PathLike, argv: readonly PathLike[]): never {
  const cFile = cPath('path', path);
  const cArguments = argv.map((argument, index) => cString(`argv[${index}]`, argument));
  const facts = () => ({
    path: printable(path),
    call: `execv(${quoted(path)}, [${argv.map(quoted).join(', ')}])`,
  });
  execvCall(facts, cFile, [...cArguments, null]);
  throw new Error('execv(3) returned');
}
