import { cInt, cString, type PathLike, printable, quoted } from './arguments.cjs';
import {
  __WALL,
  __WNOTHREAD,
  ECHILD,
  F_GETFD,
  F_SETFD,
  FD_CLOEXEC,
  P_ALL,
  PR_SET_CHILD_SUBREAPER,
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
  expected: [ECHILD],
});
const waitpidCall = systemCall('waitpid', ['int', 'void *', 'int'], {
  expected: [ECHILD],
});
const execvpCall = systemCall('execvp', ['const void *', 'const void **']);
const signalCall = systemCall('signal', ['int', 'long'], { result: 'long' });
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

/**
 * PR_SET_CHILD_SUBREAPER: a descendant whose parent ends becomes a child of this process, however it tried to
 * get away from it.
 */
export function adoptOrphans(): void {
  prctl(PR_SET_CHILD_SUBREAPER, 1);
}

/** getppid(2): now, not as it was when Node started. */
export function getppid(): number {
  return getppidCall(() => ({}));
}

/** waitid(2): whether this process has children, ended ones that nobody has waited for included. */
export function hasChildren(): boolean {
  const facts = () => ({ call: 'waitid(P_ALL, 0, …)' });
  return waitidCall(facts, P_ALL, 0, SIGINFO, WEXITED | WNOHANG | WNOWAIT | __WALL) === 0;
}

/**
 * waitid(2): the pid of a child that has ended and that nobody has waited for, or 0. Those of other threads do not count:
 * whoever waits for them does it there. (The main thread gets the orphans.)
 */
export function endedChild(): number {
  SIGINFO.fill(0);
  const facts = () => ({ call: 'waitid(P_ALL, 0, …, __WNOTHREAD)' });
  waitidCall(facts, P_ALL, 0, SIGINFO, WEXITED | WNOHANG | WNOWAIT | __WALL | __WNOTHREAD);
  return SIGINFO.readInt32LE(SI_PID);
}

/** How a process has ended: with an exit code, or by the signal of this number, and else 0. */
export interface ChildEnd {
  exitCode: number;
  signal: number;
}

/** waitpid(2): takes the end of the child `pid` of this thread if there is one to take, and does not wait for it. */
export function reapChild(pid: number): ChildEnd | undefined {
  const facts = () => ({ call: `waitpid(${pid}, …, WNOHANG|__WALL|__WNOTHREAD)` });
  const options = WNOHANG | __WALL | __WNOTHREAD;
  if (waitpidCall(facts, cInt('pid', pid), STATUS, options) !== pid) return undefined;
  const status = STATUS[0] as number;
  return { exitCode: (status >> 8) & 0xff, signal: status & 0x7f };
}

const STATUS = new Int32Array(1);
const SIGINFO = Buffer.alloc(128);
/** Where `si_pid` is, after three numbers and what aligns a union with pointers. */
const SI_PID = 16;

/** fcntl(2): whether `fd` is closed by execve(2). */
export function setCloseOnExec(fd: number, close: boolean): void {
  const flags = fcntlCall(() => ({ call: `fcntl(${fd}, F_GETFD)` }), cInt('fd', fd), F_GETFD, 0);
  const wanted = close ? flags | FD_CLOEXEC : flags & ~FD_CLOEXEC;
  fcntlCall(() => ({ call: `fcntl(${fd}, F_SETFD, ${wanted})` }), fd, F_SETFD, wanted);
}

/** signal(2) with SIG_DFL: Node ignores some signals, and a program that execve(2) starts inherits that. */
export function restoreSignal(signal: number): void {
  signalCall(() => ({ call: `signal(${signal}, SIG_DFL)` }), cInt('signal', signal), SIG_DFL);
}

const SIG_DFL = 0;

/**
 * execvp(3): this process becomes the program `file`, looked up in PATH when it holds no slash, with the
 * environment that it has now. Descriptors that are close-on-exec are lost, Node's standard streams among them:
 * see {@link setCloseOnExec}.
 *
 * @param argv the arguments, its own name first
 */
export function execvp(file: PathLike, argv: readonly PathLike[]): never {
  const cFile = cString('file', file);
  const cArguments = argv.map((argument, index) => cString(`argv[${index}]`, argument));
  const facts = () => ({
    path: printable(file),
    call: `execvp(${quoted(file)}, [${argv.map(quoted).join(', ')}])`,
  });
  execvpCall(facts, cFile, [...cArguments, null]);
  throw new Error('execvp(3) returned');
}
