/**
 * Whether Node leads an import of Vitest by this package to the Vitest that runs: in a workspace there can be another.
 *
 * @param vitestWorker URL of the module `vitest/worker` of the one that runs
 */
export function findsVitest(vitestWorker: string): boolean {
  try {
    return new URL('.', import.meta.resolve('vitest')).href === new URL('.', vitestWorker).href;
  } catch {
    return false;
  }
}
