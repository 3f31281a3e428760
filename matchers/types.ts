import type { MountTable } from '../src/mounts/mount-table.js';
import type * as matchers from './index.js';

/** What Vitest and Jest pass to a matcher as `this`: the part that is used here. */
export interface MatcherState {
  readonly isNot?: boolean | undefined;
  /** Deep equality that knows asymmetric matchers. */
  equals(actual: unknown, expected: unknown): boolean;
}

/** What a matcher returns to Vitest and Jest. */
export interface MatcherResult {
  pass: boolean;
  message: () => string;
}

/** What stands for a value that is not known exactly: `expect.stringMatching(/^size=/)`. */
export interface AsymmetricMatcher {
  asymmetricMatch(actual: unknown): boolean;
}

/** Something with a mount table that can be read: a `MountNamespace`, or the host's. */
export interface MountSource {
  mounts(): MountTable;
}

/** The side of a `HostNamespace` that matchers look at. */
export interface MatchedHost extends MountSource {
  readonly id: number;
  mountsAtEntry(): MountTable;
}

/** The side of a `MountNamespace` that matchers look at. */
export interface MatchedNamespace extends MountSource {
  readonly id: number;
  readonly host: MatchedHost;
}

// A mapped type keeps the documentation of the functions, so that there is one text to read and to write.
type Methods<R> = {
  [Name in keyof typeof matchers]: (typeof matchers)[Name] extends (
    received: unknown,
    ...expected: infer Expected
  ) => infer Result
    ? (...expected: Expected) => Result extends Promise<unknown> ? Promise<void> : R
    : never;
};

/**
 * The matchers of this package, as methods of what `expect()` returns: `R` is what an assertion returns, a
 * promise behind `.resolves` and `.rejects`. Each is documented at its function.
 */
export interface MountMatchers<R = void> extends Methods<R> {}

/**
 * The matchers that can stand for a value themselves: `expect.toBeReadOnly()`. Not those that wait for
 * something, since comparing values does not.
 */
export interface AsymmetricMountMatchers
  extends Omit<MountMatchers<AsymmetricMatcher>, 'toLeaveMountsUnchanged'> {}
