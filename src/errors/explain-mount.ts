import { describeErrno, type SystemCallError } from '../../native/system-call-error.cjs';
import { ExplainedError } from './explained-error.cjs';
import { MountError } from './mount-error.js';
import { findReason } from './reasons/reasons.js';

/** Operations on mounts; what an errno means depends on them. */
export type Operation =
  | 'mount'
  | 'bind'
  | 'overlay'
  | 'remount'
  | 'mask'
  | 'move'
  | 'propagation'
  | 'pivotRoot'
  | 'umount';

/** What was attempted, and on what. */
export interface Attempt {
  /** In the words of the user, printable: "mount tmpfs on /mnt/x". */
  action: string;
  operation?: Operation;
  /** The path of the error. */
  path: string;
  /** The other path of the error: where something goes. */
  dest?: string | undefined;
  /** Paths that must be there, by the names of their arguments. */
  sources?: Record<string, string>;
  /** Type of the file system. */
  type?: string;
}

/**
 * Runs `step`; a system call that fails in it becomes a {@link MountError} that says what was attempted, and why
 * it failed.
 */
export function attempt<T>(what: Attempt, step: () => T): T {
  try {
    return step();
  } catch (error) {
    if (isErrnoError(error)) throw explainMount(what, error);
    throw error;
  }
}

/** An error of a system call, ours or Node's. */
type ErrnoError = Error & { errno: number; syscall: string };

function isErrnoError(error: unknown): error is ErrnoError {
  // Explained errors have the fields too; what they say is more than could be said here.
  if (!(error instanceof Error) || error instanceof ExplainedError) return false;
  const { errno, syscall } = error as NodeJS.ErrnoException;
  return typeof errno === 'number' && typeof syscall === 'string';
}

function explainMount(what: Attempt, error: ErrnoError): MountError {
  const { code, description } = describeErrno(-error.errno);
  const { call, log = [] } = error as Partial<SystemCallError>;
  return new MountError(
    {
      summary: `${what.action} failed: ${error.syscall}(2) ${code}, ${description}`,
      ...findReason({ ...what, code, syscall: error.syscall, call, log }),
      call,
      cause: error,
    },
    { code, errno: error.errno, syscall: error.syscall, path: what.path, dest: what.dest },
  );
}
