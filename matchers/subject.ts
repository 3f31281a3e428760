import { inspect } from 'node:util';
import { MountTable } from '../src/mounts/mount-table.js';
import type { AsymmetricMatcher, MatchedHost, MatchedNamespace, MountSource } from './types.js';

/**
 * Refuses what is no mount namespace, with and without `.not`.
 *
 * @throws {TypeError} naming the value.
 */
export function checkNamespace(matcher: string, value: unknown): asserts value is MatchedNamespace {
  if (!isNamespace(value)) throw misuse(matcher, `expect() must be given ${NAMESPACE}`, value);
}

/** Whether `value` is the namespace of a scope. */
export function isNamespace(value: unknown): value is MatchedNamespace {
  return isMountSource<MatchedNamespace>(value) && isHost(value.host);
}

/** Whether `value` is the host, as `ns.host` and the fixture `host` are. */
export function isHost(value: unknown): value is MatchedHost {
  return isMountSource<MatchedHost>(value) && typeof value.mountsAtEntry === 'function';
}

/**
 * The mounts of a namespace, of the host or of a table, read now.
 *
 * @throws {TypeError} naming the value, when it is none of these.
 */
export function mountsOf(matcher: string, value: unknown): MountTable {
  if (MountTable.isMountTable(value)) return value;
  if (isMountSource(value)) return value.mounts();
  throw misuse(matcher, `expect() must be given ${NAMESPACE}, or a MountTable`, value);
}

/**
 * Refuses what is no absolute path, with and without `.not`.
 *
 * @throws {TypeError} naming the value.
 */
export function checkAbsolutePath(matcher: string, value: unknown): asserts value is string {
  if (typeof value !== 'string' || !value.startsWith('/')) {
    throw misuse(matcher, 'the path must be an absolute path', value);
  }
  if (value.includes('\0')) throw misuse(matcher, 'the path must not contain a NUL byte', value);
}

/** Whether `value` is an asymmetric matcher, of whatever runner. */
export function isAsymmetric(value: unknown): value is AsymmetricMatcher {
  return isObject<AsymmetricMatcher>(value) && typeof value.asymmetricMatch === 'function';
}

/** The error of a matcher that was given something that it can't judge. */
export function misuse(matcher: string, requirement: string, value: unknown): TypeError {
  // Of a promise that was not awaited, Node shows nothing but its own fields.
  const depth = isObject<PromiseLike<unknown>>(value) && typeof value.then === 'function' ? -1 : 0;
  return new TypeError(`${matcher}: ${requirement}, received ${inspect(value, { depth })}`);
}

/** By its shape: it may come from another copy of this package. */
function isMountSource<T extends MountSource>(value: unknown): value is Partial<T> & MountSource {
  return (
    isObject<{ id: number } & MountSource>(value) &&
    typeof value.id === 'number' &&
    typeof value.mounts === 'function'
  );
}

function isObject<T>(value: unknown): value is Partial<T> {
  return typeof value === 'object' && value !== null;
}

const NAMESPACE = 'the namespace that withMountNamespace passes to its callback';
