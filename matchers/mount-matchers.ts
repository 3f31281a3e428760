import type * as matchers from './index.js';
import type { AsymmetricMatcher } from './types.js';

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
