import { inspect } from 'node:util';

/** Options of a scope. */
export type ScopeOptions = Record<string, never>;

/**
 * Refuses what is unknown or not built yet: a test that asked for copy-on-write and got a plain scope deletes
 * real files.
 */
export function checkScopeOptions(options: unknown): asserts options is ScopeOptions {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new TypeError(`options of a mount namespace must be an object, received ${inspect(options)}`);
  }
  for (const [name, value] of Object.entries(options)) {
    if (value !== undefined)
      throw new TypeError(`unknown option of a mount namespace: ${name}: ${inspect(value)}`);
  }
}
