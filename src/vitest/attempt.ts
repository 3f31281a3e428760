import type { TestRun } from '../scope/scopes.js';

/** What of Vitest's own context is used here. */
export interface AttemptContext {
  task: { name: string; result?: { errors?: { message: string }[] | undefined } | undefined };
  signal: AbortSignal;
}

/** One of the times that Vitest runs a test: with retries there are several. */
export class Attempt implements TestRun {
  readonly name: string;
  readonly hasTimedOut: () => boolean;

  /** Before any code of the attempt runs. */
  constructor({ task, signal }: AttemptContext) {
    this.name = `test "${task.name}"`;
    const begin = task.result?.errors?.length ?? 0;
    // Vitest 4 has one signal for all attempts: that of an earlier one that timed out says nothing about this one.
    this.hasTimedOut = signal.aborted
      ? () => task.result?.errors?.slice(begin).some(({ message }) => TIMEOUT.test(message)) ?? false
      : () => signal.aborted;
  }
}

const TIMEOUT = /timed out (in|after) \d+ms/;
