/** Vitest loads this file in each worker before the test files. */
export {};
