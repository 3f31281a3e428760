import type { Unsupported } from '../support/verdict.js' with { 'resolution-mode': 'import' };
import type { FileResult, TestFile } from './jest.cjs';
import { judge } from './main-modules.js';
import { unpackRefusal } from './refusal-message.cjs';
import { skippedResult } from './skipped-result.cjs';

/** What becomes of the test files of workers that can have no mount namespace. */
export class Refusals {
  readonly #unsupported: Unsupported;
  #hasExplained = false;

  constructor(unsupported: Unsupported) {
    this.#unsupported = unsupported;
  }

  /** The error of a file, or its result where it is skipped; undefined for an error that is no refusal. */
  judge(file: TestFile, error: unknown): Error | FileResult | undefined {
    const refusal = unpackRefusal(error);
    if (refusal === undefined) return undefined;
    const verdict = judge(refusal, this.#unsupported);
    const isFirst = !this.#hasExplained;
    this.#hasExplained = true;
    if ('skip' in verdict) {
      if (isFirst) process.stderr.write(`mountns: test files are skipped: ${refusal.message}\n`);
      return skippedResult(file, verdict.skip);
    }
    // A machine that refuses one worker refuses all: the reason once is enough.
    const [summary] = refusal.message.split('\n', 1);
    const message = isFirst ? verdict.fail.message : `${summary} (see the first error)`;
    // Jest prints the message, and what follows the first line of the stack.
    return Object.assign(new Error(message), { stack: '' });
  }
}
