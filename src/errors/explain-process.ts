import { getSystemErrorMap } from 'node:util';
import { probe } from '../../native/unless.cjs';
import { ownerInProc, readProc } from '../processes/proc.js';
import type { Explanation } from './explained-error.cjs';
import type { Reason } from './failure.js';
import { explainTooManyFiles } from './reasons/too-many-files.js';

/** An attempt to read a file of a process in /proc. */
export interface ProcessRead {
  /** "read the mounts of process 42" */
  action: string;
  pid?: number | undefined;
  /** Undefined where it is read through a descriptor. */
  path?: string | undefined;
  /** The call that messages show. */
  syscall: string;
}

/** Why a file below `/proc/PID` could not be read, from the facts that can be checked now. */
export function explainProcessRead(
  error: NodeJS.ErrnoException & { call?: string },
  { action, pid, path, syscall }: ProcessRead,
): Explanation {
  const { code = 'UNKNOWN', errno = 0, message, call } = error;
  return {
    summary: `${action} failed: ${syscall}(2) ${code}, ${getSystemErrorMap().get(errno)?.[1] ?? message}`,
    ...(code === 'EMFILE' ? explainTooManyFiles() : explainProcess(code, pid)),
    call: call ?? (path && `${syscall}("${path}", O_RDONLY|O_CLOEXEC) = -1`),
    cause: error,
  };
}

function explainProcess(code: string, pid: number | undefined): Reason {
  if (code === 'ENOENT' && read('self/stat') === undefined) {
    return { why: 'there is no proc file system on /proc', fix: 'mount it: mount -t proc proc /proc' };
  }
  if (pid === undefined) return {};
  const state = statusOf(pid, 'State');
  if (state?.startsWith('Z')) {
    return { why: `process ${pid} has ended, only its parent has not reaped it yet (State: ${state})` };
  }
  if (code === 'ENOENT') return isAlive(pid) ? { why: HIDDEN } : { why: `there is no process ${pid}` };
  const why = code === 'EACCES' || code === 'EPERM' ? explainRefusal(pid) : undefined;
  return why === undefined ? {} : { why: `process ${pid} ${why}` };
}

/** Which condition does not hold of those in ptrace(2), "Ptrace access mode checking". */
function explainRefusal(pid: number): string | undefined {
  const own = process.geteuid?.();
  // The directory says it also where nothing in it can be read, but is root's if the process is not dumpable.
  const uid = statusOf(pid, 'Uid')?.split('\t')[1] ?? probe(() => ownerInProc(String(pid)));
  if (uid === undefined) return undefined;
  if (Number(uid) !== own) return `belongs to uid ${uid}, this one runs as uid ${own}`;
  if (read(`${pid}/uid_map`) !== read('self/uid_map')) {
    return 'is in another user namespace, where the capabilities of this one do not count';
  }
  const [has, mine] = [statusOf(pid, 'CapPrm'), statusOf('self', 'CapEff')];
  return has && mine && BigInt(`0x${has}`) & ~BigInt(`0x${mine}`)
    ? `has capabilities that this one lacks (CapPrm ${has}, CapEff here ${mine})`
    : undefined;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** A field of proc_pid_status(5). */
function statusOf(pid: number | 'self', field: string): string | undefined {
  return read(`${pid}/status`)?.match(new RegExp(`^${field}:\t(.*)$`, 'm'))?.[1];
}

/** There may not even be a directory /proc. */
function read(path: string): string | undefined {
  return probe(() => readProc(path));
}

const HIDDEN =
  'the process exists, but /proc does not show it: mounted with hidepid, or for another pid namespace';
