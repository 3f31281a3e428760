import { constants, openSync } from 'node:fs';
import { openat } from '../../native/directories.cjs';
import { using } from '../../native/using.cjs';
import { explainProcessRead } from '../errors/explain-process.js';
import { invalidArgument } from '../errors/invalid-argument.js';
import { hostPid } from '../namespace/environment.cjs';
import { namespaceRecord } from '../namespace/namespace-record.cjs';
import { MountTable } from './mount-table.js';
import { readMountInfo, UnstableMountInfoError } from './read-mount-info.cjs';
import { ReadMountsError } from './read-mounts-error.js';

/**
 * Reads the mount table of this process (`'self'`), of another one by its pid, or of the host: the mount
 * namespace that the test runner was started in.
 *
 * The table is one moment's, never a mixture of two. Mount points are relative to the root directory of the
 * process that is asked.
 *
 * @throws {ExplainedError} called `ReadMountsError`, if the process is gone or not ours, or its table never stands still.
 * @throws {TypeError} if `which` is none of these.
 * @see proc_pid_mountinfo(5)
 * @example
 * ```ts
 * readMounts('self').at('/proc')?.fsType; // 'proc'
 * ```
 */
export function readMounts(which: 'self' | 'host' | number = 'self'): MountTable {
  const { entered } = namespaceRecord;
  if (which === 'host' && entered !== undefined)
    return readThrough(entered.host.mountInfoFd, { whose: 'the host' });
  const { path, ...whom } = subjectOf(which);
  const subject = { ...whom, path: `/proc/${path}` };
  const fd = guard(subject, () =>
    entered === undefined ? openSync(subject.path, 'r') : openat(entered.procFd, path, constants.O_RDONLY),
  );
  return using(fd, () => readThrough(fd, subject));
}

/** Whose table it is. */
interface Subject {
  /** `this process`, `the host`, `process 42`. */
  whose: string;
  pid?: number;
  /** Undefined for the host, whose table is read through a descriptor. */
  path?: string;
}

/** `path` is relative to /proc. */
function subjectOf(which: 'self' | 'host' | number): Subject & { path: string } {
  const pid = which === 'host' ? hostPid() : which;
  if (pid === 'self') return { whose: 'this process', path: 'thread-self/mountinfo' };
  if (!Number.isInteger(pid) || pid < 1 || pid > MAX_PID) {
    throw invalidArgument("which must be 'self', 'host' or a process id", which);
  }
  return { whose: which === 'host' ? 'the host' : `process ${pid}`, pid, path: `${pid}/mountinfo` };
}

function readThrough(fd: number, subject: Subject): MountTable {
  return new MountTable(guard(subject, () => readMountInfo(fd)));
}

function guard<T>({ whose, pid, path }: Subject, read: () => T): T {
  const action = `read the mounts of ${whose}`;
  try {
    return read();
  } catch (error) {
    if (error instanceof UnstableMountInfoError) {
      const summary = `${action} failed: ${error.message}`;
      throw new ReadMountsError({ summary, cause: error }, { code: 'ERR_MOUNTNS_UNSTABLE' });
    }
    const { code = 'UNKNOWN', errno, syscall = 'open' } = error as NodeJS.ErrnoException;
    const explanation = explainProcessRead(error as Error, { action, pid, path, syscall });
    throw new ReadMountsError(explanation, { code, errno, syscall, path });
  }
}

const MAX_PID = 0x7fffffff;
