import { inspect } from 'node:util';
import type { MatchedNamespace } from './types.js';

/**
 * Refuses what is no mount namespace, with and without `.not`.
 *
 * @throws {TypeError} naming the value.
 */
export function checkNamespace(matcher: string, value: unknown): asserts value is MatchedNamespace {
  const candidate = value as Partial<MatchedNamespace> | null | undefined;
  if (
    typeof candidate === 'object' &&
    candidate !== null &&
    typeof candidate.id === 'number' &&
    typeof candidate.mounts === 'function' &&
    typeof candidate.host === 'object'
  ) {
    return;
  }
  throw new TypeError(
    `${matcher}: expect() must be given the namespace that withMountNamespace passes to its callback, received ${inspect(value, { depth: 0 })}`,
  );
}

/**
 * Refuses what is no absolute path, with and without `.not`.
 *
 * @throws {TypeError} naming the value.
 */
export function checkAbsolutePath(matcher: string, value: unknown): asserts value is string {
  if (typeof value === 'string' && value.startsWith('/')) return;
  throw new TypeError(
    `${matcher}: the path must be an absolute path, received ${inspect(value, { depth: 0 })}`,
  );
}
