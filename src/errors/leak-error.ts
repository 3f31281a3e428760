import { ExplainedError, type Explanation } from './explained-error.cjs';

/** Something that a test file did has reached the host, or was left there. */
export class LeakError extends ExplainedError {
  override name = 'LeakError';
  readonly code = 'ERR_MOUNTNS_LEAK';

  constructor(explanation: Explanation) {
    super(explanation);
    // The frames would be the ones of the check, and say nothing about the test.
    this.stack = `${this.name}: ${this.message}`;
  }
}
