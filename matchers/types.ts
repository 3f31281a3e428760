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

// Of a mapped type like this one, editors show the documentation of what it is made from: one text to read and to write.
type Methods<R, Functions, Name extends keyof Functions> = {
  [Each in Name]: Functions[Each] extends (received: unknown, ...expected: infer Expected) => infer Result
    ? (...expected: Expected) => Result extends Promise<unknown> ? Promise<void> : R
    : never;
};

// In the package, this module is one with all others. Of their names, only those of matchers begin like that.
type MatcherName = Extract<keyof typeof matchers, `to${string}`>;

/**
 * The matchers of this package, as methods of what `expect()` returns: `R` is what an assertion returns, a
 * promise behind `.resolves` and `.rejects`.
 */
export interface MountMatchers<R = void> extends Methods<R, typeof matchers, MatcherName> {}

/**
 * The matchers that can stand for a value themselves: `expect.toBeReadOnly()`. Not those that wait for
 * something, since comparing values does not.
 */
export interface AsymmetricMountMatchers
  extends Omit<MountMatchers<AsymmetricMatcher>, 'toLeaveMountsUnchanged'> {}
