import { explained } from '../errors/explain-mount.js';
import type { Attempt } from '../errors/failure.js';
import type { Steps } from '../layers/steps.js';
import { requireEntered } from '../namespace/guard.js';
import { inSteps } from './in-steps.js';

/** Runs an operation on the mounts of the namespace that this process has entered. */
export function operate<T>(what: Attempt, run: () => T): T {
  requireEntered();
  // A frame less than with attempt(): of a cause, there are ten in all, and one is to be of the test.
  try {
    return run();
  } catch (error) {
    throw explained(what, error);
  }
}

/** As {@link operate}, for one that consists of steps. */
export function operateInSteps<T>(what: Attempt, run: (steps: Steps) => T): T {
  return operate(what, (inSteps<T>).bind(undefined, run));
}
