import { describeErrno, type SystemCallError } from '../../native/system-call-error.cjs';
import { ExplainedError, type Explanation } from './explained-error.cjs';
import type { Attempt } from './failure.js';
import { MountError } from './mount-error.js';
import { findReason } from './reasons/reasons.js';

/**
 * Runs `step`; a system call that fails in it becomes a {@link MountError} that says what was attempted, and why
 * it failed.
 */
export function attempt<T>(what: Attempt, step: () => T): T {
  try {
    return step();
  } catch (error) {
    throw explained(what, error);
  }
}

/** What {@link attempt} throws where `error` was thrown. */
export function explained(what: Attempt, error: unknown): unknown {
  return isErrnoError(error) ? explainMount(what, error) : error;
}

/** An error of a system call, ours or Node's. */
export type ErrnoError = Error & { errno: number; syscall: string };

export function isErrnoError(error: unknown): error is ErrnoError {
  // Explained errors have the fields too; what they say is more than could be said here.
  if (!(error instanceof Error) || error instanceof ExplainedError) return false;
  const { errno, syscall } = error as NodeJS.ErrnoException;
  return typeof errno === 'number' && typeof syscall === 'string';
}

function explainMount(what: Attempt, error: ErrnoError): MountError {
  const { errno, syscall } = error;
  const { path, dest } = what;
  return new MountError(explainErrno(what, error), {
    code: describeErrno(-errno).code,
    errno,
    syscall,
    path,
    dest,
  });
}

/** What is known of a system call that failed while something was attempted. */
export function explainErrno(what: Attempt, error: ErrnoError): Explanation {
  const { code, description } = describeErrno(-error.errno);
  const { call, log = [], making } = error as Partial<SystemCallError>;
  return {
    summary: `${what.action} failed: ${error.syscall}(2) ${code}, ${description}`,
    ...findReason({ ...what, code, syscall: error.syscall, call, log, making }),
    call,
    cause: error,
  };
}
