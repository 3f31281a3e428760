/** Milliseconds since some moment. Tests replace clocks and timers: these are taken before they do. */
export const now: () => number = performance.now.bind(performance);

const { setImmediate, setTimeout } = globalThis;

/** Resolves after `milliseconds`. */
export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Resolves when Node's event loop has looked for what has happened outside. */
export async function nextTurn(): Promise<void> {
  // The first one may be called in the turn that is under way.
  for (let turn = 0; turn < 2; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
}
