import fs from 'node:fs';
import { getSystemErrorMap } from 'node:util';

import { ExplainedError, type Explanation } from '../errors/explained-error.cjs';

/** The mount table of a process could not be read: it is gone, not ours, or its table never stood still. */
export class ReadMountsError extends ExplainedError {
  override name = 'ReadMountsError';
  /** Name of the errno, `'ENOENT'` say, or `'ERR_MOUNTNS_UNSTABLE'`. */
  readonly code: string;
  declare readonly errno?: number;
  declare readonly syscall?: string;
  declare readonly path?: string;

  constructor(explanation: Explanation, { code, errno, syscall, path }: ReadMountsErrorFields) {
    super(explanation);
    this.code = code;
    if (errno !== undefined) this.errno = errno;
    if (syscall !== undefined) this.syscall = syscall;
    if (path !== undefined) this.path = path;
  }
}

interface ReadMountsErrorFields {
  code: string;
  errno?: number | undefined;
  syscall?: string | undefined;
  path?: string | undefined;
}

/** Whose table it was, as {@link explainReadFailure} needs it. */
export interface ReadFailure {
  /** `this process`, `the host`, `process 42`. */
  whose: string;
  pid?: number;
  /** Undefined for the host, whose table is read through a descriptor. */
  path?: string;
}

/** Turns what open(2) or read(2) said into an error with the facts that can be checked now. */
export function explainReadFailure(
  error: NodeJS.ErrnoException & { call?: string },
  { whose, pid, path }: ReadFailure,
): ReadMountsError {
  const { code = 'UNKNOWN', errno, syscall = 'open' } = error;
  const description = errno === undefined ? error.message : getSystemErrorMap().get(errno)?.[1];
  return new ReadMountsError(
    {
      summary: `read the mounts of ${whose} failed: ${syscall}(2) ${code}, ${description}`,
      ...reason(code, pid),
      call: error.call ?? (path === undefined ? undefined : `${syscall}("${path}", O_RDONLY|O_CLOEXEC) = -1`),
      cause: error,
    },
    { code, errno, syscall, path },
  );
}

function reason(code: string, pid: number | undefined): Pick<Explanation, 'why' | 'fix'> {
  if (code === 'ENOENT' && !fs.existsSync('/proc/self')) {
    return { why: 'there is no proc file system on /proc', fix: 'mount it: mount -t proc proc /proc' };
  }
  if (pid === undefined) return {};
  if (code === 'ENOENT') return isAlive(pid) ? { why: HIDDEN } : { why: `there is no process ${pid}` };
  const state = processState(pid);
  if (state?.startsWith('Z')) {
    return { why: `process ${pid} has ended, only its parent has not reaped it yet (State: ${state})` };
  }
  if (code !== 'EACCES' && code !== 'EPERM') return {};
  return { why: `process ${pid} belongs to ${owner(pid)}, this one runs as uid ${process.geteuid?.()}` };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function processState(pid: number): string | undefined {
  try {
    return /^State:\t(.*)$/m.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  } catch {
    return undefined;
  }
}

function owner(pid: number): string {
  const stat = fs.statSync(`/proc/${pid}`, { throwIfNoEntry: false });
  return stat === undefined ? 'another user' : `uid ${stat.uid}`;
}

const HIDDEN =
  'the process exists, but /proc does not show it: mounted with hidepid, or for another pid namespace';
