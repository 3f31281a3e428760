import { ExplainedError, type Explanation, withoutFrames } from './explained-error.cjs';

/** What is known about a worker that failed. */
export interface WorkerFacts {
  pid?: number | undefined;
  exitCode?: number | undefined;
  signal?: string | undefined;
  /** The test file that it was running. */
  file?: string | undefined;
  /** The test that it was running, with the names of its suites. */
  test?: string | undefined;
}

/** A worker of the pool did not start, died, or hung. The fields hold what the message says. */
export class WorkerError extends ExplainedError {
  override name = 'WorkerError';
  readonly code = 'ERR_MOUNTNS_WORKER';
  declare readonly pid?: number;
  declare readonly exitCode?: number;
  declare readonly signal?: string;
  declare readonly file?: string;
  declare readonly test?: string;

  constructor(explanation: Explanation, facts: WorkerFacts = {}) {
    super(explanation, facts);
    withoutFrames(this);
  }
}
