import type { MountTable } from '../src/mounts/mount-table.js';

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
