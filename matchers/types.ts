import type { MountTable } from '../src/mounts/mount-table.js';
import type { ExpectedMount } from './toBeMountPoint.js';

/** What Vitest and Jest pass to a matcher as `this`: the part that is used here. */
export interface MatcherState {
  readonly isNot: boolean;
  /** Deep equality that knows asymmetric matchers. */
  equals(actual: unknown, expected: unknown): boolean;
}

/** What a matcher returns to Vitest and Jest. */
export interface MatcherResult {
  pass: boolean;
  message: () => string;
}

/** The side of a `MountNamespace` that matchers look at. */
export interface MatchedNamespace {
  readonly id: number;
  mounts(): MountTable;
  readonly host: {
    readonly id: number;
    mounts(): MountTable;
    mountsAtEntry(): MountTable;
  };
}

/** The matchers of this package, as users see them: `R` is what an assertion returns. */
export interface MountMatchers<R = void> {
  /** {@link toBeIsolatedFromHost} */
  toBeIsolatedFromHost(path?: string): R;
  /** {@link toBeMountPoint} */
  toBeMountPoint(expected?: ExpectedMount): R;
}
