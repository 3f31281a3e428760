import { availableParallelism } from 'node:os';

/** Asked for once: the answer is in files of the control group. */
const processors = availableParallelism();

/**
 * How many spare workers there shall be beside `maxWorkers` that run test files.
 *
 * One that starts on a processor that runs a test file slows that down, and gains nothing: two cores and two workers
 * took 3 % less CPU time, and no more time, without a spare one.
 *
 * @param prewarm as in the options: `true` leaves it to this function
 * @param maxWorkers 0 or undefined where Vitest has not said it
 */
export function spareCount(
  prewarm: boolean | number,
  maxWorkers: number | undefined,
  cores = processors,
): number {
  const busy = maxWorkers || Math.max(cores - 1, 1);
  if (typeof prewarm === 'number') return Math.min(prewarm, busy);
  return prewarm ? Math.max(0, Math.min(cores - busy, busy)) : 0;
}
