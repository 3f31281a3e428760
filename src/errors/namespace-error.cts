import { ExplainedError, type Explanation } from './explained-error.cjs';

/**
 * The process is not in a mount namespace of its own, could not enter one, or a scope could not be entered or
 * left.
 */
export class NamespaceError extends ExplainedError {
  override name = 'NamespaceError';
  declare readonly code: string;

  /** @internal */
  constructor(explanation: Explanation, code = 'ERR_MOUNTNS_NAMESPACE') {
    super(explanation, { code });
  }
}

/** The error of a scope. */
export function scopeError(explanation: Explanation): NamespaceError {
  return new NamespaceError(explanation, 'ERR_MOUNTNS_SCOPE');
}
