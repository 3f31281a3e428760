import { probe } from '../../../native/unless.cjs';

/**
 * Whether Node leads an import of Vitest by this package to the Vitest that runs: in a workspace there can be another.
 *
 * @param vitestWorker URL of the module `vitest/worker` of the one that runs
 */
export function findsVitest(vitestWorker: string): boolean {
  const found = probe(() => new URL('.', import.meta.resolve('vitest')).href);
  return found === new URL('.', vitestWorker).href;
}
