import { ExplainedError, type Explanation, withoutFrames } from './explained-error.cjs';

/** Something that a test file did has reached the host, or was left there. */
export class LeakError extends ExplainedError {
  override name = 'LeakError';
  readonly code = 'ERR_MOUNTNS_LEAK';

  constructor(explanation: Explanation) {
    super(explanation);
    withoutFrames(this);
  }
}
