import { explainErrno, isErrnoError } from '../errors/explain-mount.js';
import { ExplainedError } from '../errors/explained-error.cjs';
import { scopeError } from '../errors/namespace-error.cjs';
import { outsideError } from '../namespace/guard.js';

/** Runs a step of entering a scope; what it throws gets a reason, where it was a system call that failed. */
export function attemptEntry<T>(step: () => T): T {
  try {
    return step();
  } catch (error) {
    const explained = explainEntry(error);
    // Of the ten frames that Node keeps none would be the caller's.
    if (explained instanceof ExplainedError) Error.captureStackTrace(explained);
    throw explained;
  }
}

/** The error for a scope that could not be entered or left: with the reason, where it was a system call that failed. */
export function explainEntry(error: unknown, action = 'entering a scope'): unknown {
  if (!isErrnoError(error)) return error;
  const outside = outsideError();
  if (outside !== undefined) return outside;
  return scopeError(explainErrno({ action, path: '/' }, error));
}
