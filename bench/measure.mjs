import { performance } from 'node:perf_hooks';

/** The middle value, and the first and last tenth: what a noisy machine allows to say. */
export function summarise(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  return { median: at(0.5), p10: at(0.1), p90: at(0.9), runs: sorted.length };
}

/**
 * Runs the candidates in turn, A B C A B C …, after a warm-up of each, so that a machine that slows down slows all of
 * them. Each candidate returns its figures, `{ wall: 12.3, cpu: 4.5 }`; a function that returns nothing is timed.
 *
 * @returns name of the candidate → name of the figure → summary, with the values pair by pair
 */
export async function alternate(candidates, { runs, warmUp = 1 }) {
  const results = Object.fromEntries(Object.keys(candidates).map((name) => [name, {}]));
  for (let round = -warmUp; round < runs; round++) {
    for (const [name, run] of Object.entries(candidates)) {
      const start = performance.now();
      const figures = (await run()) ?? { wall: performance.now() - start };
      if (round < 0) continue;
      for (const [figure, value] of Object.entries(figures)) {
        results[name][figure] ??= [];
        results[name][figure].push(value);
      }
    }
  }
  return results;
}

/** The ratio of two lists, pair by pair: the noise that both had in a round cancels out. */
export function ratio(values, against) {
  return summarise(values.map((value, index) => value / against[index]));
}
