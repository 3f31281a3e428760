/** The Vitest versions that a test goes through: `describe.each(runners)`. */
export const runners = ['vitest4', 'vitest5'] as const;
export type Runner = (typeof runners)[number];

/** The Node versions that runs can name, instead of the one that the tests themselves have. */
export const nodes = ['node20', 'node22', 'node24', 'node26'] as const;
export type Node = (typeof nodes)[number];
