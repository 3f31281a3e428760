import { closeSync } from 'node:fs';
import type { Steps } from '../layers/steps.js';
import { pinsInPlace } from '../scope/scopes.js';

/**
 * Runs an operation that consists of steps. When one fails, those before it are undone and its error is thrown.
 *
 * @throws {AggregateError} with that error first, when undoing failed too.
 */
export function inSteps<T>(run: (steps: Steps) => T): T {
  // A new root hides them.
  const marks = pinsInPlace()?.marks;
  const undo: (() => void)[] = [];
  const descriptors: number[] = [];
  try {
    const result = run({
      onFailure: (step) => undo.push(step),
      closing: (fd) => {
        descriptors.push(fd);
        return fd;
      },
    });
    pinsInPlace()?.hold(marks);
    return result;
  } catch (error) {
    const failures = undo.reverse().flatMap(failureOf);
    if (failures.length === 0) throw error;
    throw new AggregateError([error, ...failures], `an operation failed, and could not be undone: ${error}`);
  } finally {
    for (const fd of descriptors) closeSync(fd);
  }
}

function failureOf(step: () => void): unknown[] {
  try {
    step();
    return [];
  } catch (error) {
    return [error];
  }
}
