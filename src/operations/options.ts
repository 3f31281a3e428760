import { inspect } from 'node:util';
import { invalidArgument } from '../errors/invalid-argument.js';

/**
 * Refuses options that are not an object or hold an unknown name. A misspelt option that is ignored makes a
 * test do something else than it says.
 *
 * @param booleans the names of those that take nothing but a boolean
 */
export function checkOptions(
  operation: string,
  options: unknown,
  names: readonly string[],
  booleans: readonly string[] = [],
): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw invalidArgument(`options of ${operation} must be an object`, options);
  }
  const known = [...names, ...booleans];
  for (const [name, value] of Object.entries(options)) {
    if (!known.includes(name)) {
      const list = known.length === 0 ? 'it has none' : `known are ${known.join(', ')}`;
      throw new TypeError(`unknown option of ${operation}: ${name}: ${inspect(value)}, ${list}`);
    }
  }
  for (const name of booleans) {
    const value = (options as Record<string, unknown>)[name];
    if (value !== undefined && typeof value !== 'boolean') {
      throw invalidArgument(`${name} must be a boolean`, value);
    }
  }
}
