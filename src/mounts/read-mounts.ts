import { constants, openSync } from 'node:fs';
import { inspect } from 'node:util';
import { openat } from '../../native/directories.cjs';
import { using } from '../../native/using.cjs';
import { hostPid } from '../namespace/environment.cjs';
import { namespaceRecord } from '../namespace/namespace-record.cjs';
import { MountTable } from './mount-table.js';
import { readMountInfo, UnstableMountInfoError } from './read-mount-info.cjs';
import { explainReadFailure, type ReadFailure, ReadMountsError } from './read-mounts-error.js';

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
  const { path, ...subject } = subjectOf(which);
  const failure = { ...subject, path: `/proc/${path}` };
  const fd = guard(failure, () =>
    entered === undefined ? openSync(failure.path, 'r') : openat(entered.procFd, path, constants.O_RDONLY),
  );
  return using(fd, () => readThrough(fd, failure));
}

/** `path` is relative to /proc. */
function subjectOf(which: 'self' | 'host' | number): ReadFailure & { path: string } {
  const pid = which === 'host' ? hostPid() : which;
  if (pid === 'self') return { whose: 'this process', path: 'thread-self/mountinfo' };
  if (!Number.isInteger(pid) || pid < 1 || pid > MAX_PID) {
    throw new TypeError(`which must be 'self', 'host' or a process id, received ${inspect(which)}`);
  }
  return { whose: which === 'host' ? 'the host' : `process ${pid}`, pid, path: `${pid}/mountinfo` };
}

function readThrough(fd: number, failure: ReadFailure): MountTable {
  return new MountTable(guard(failure, () => readMountInfo(fd)));
}

function guard<T>(failure: ReadFailure, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof UnstableMountInfoError)) {
      throw explainReadFailure(error as NodeJS.ErrnoException, failure);
    }
    const summary = `read the mounts of ${failure.whose} failed: ${error.message}`;
    throw new ReadMountsError({ summary, cause: error }, { code: 'ERR_MOUNTNS_UNSTABLE' });
  }
}

const MAX_PID = 0x7fffffff;
