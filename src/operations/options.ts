import { inspect } from 'node:util';

/**
 * Refuses options that are not an object or hold an unknown name. A misspelt option that is ignored makes a
 * test do something else than it says.
 */
export function checkOptions(operation: string, options: unknown, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new TypeError(`options of ${operation} must be an object, received ${inspect(options)}`);
  }
  for (const [name, value] of Object.entries(options)) {
    if (!known.includes(name)) {
      const list = known.length === 0 ? 'it has none' : `known are ${known.join(', ')}`;
      throw new TypeError(`unknown option of ${operation}: ${name}: ${inspect(value)}, ${list}`);
    }
  }
}

/** Refuses what is neither undefined nor a boolean. */
export function checkBoolean(name: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'boolean') {
    throw new TypeError(`${name} must be a boolean, received ${inspect(value)}`);
  }
}
