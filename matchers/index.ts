/** `mountns/matchers`: the matchers as plain functions. */
export type { ExpectedMount, ExpectedOptions } from './expected-mount.js';
export type { AsymmetricMountMatchers, MountMatchers } from './mount-matchers.js';
export { toBeIsolatedFromHost } from './toBeIsolatedFromHost.js';
export { toBeMountPoint } from './toBeMountPoint.js';
export { toBeReadOnly } from './toBeReadOnly.js';
export { toHaveMount } from './toHaveMount.js';
export { toHaveMountOptions } from './toHaveMountOptions.js';
export { toHavePropagation } from './toHavePropagation.js';
export { toLeaveMountsUnchanged } from './toLeaveMountsUnchanged.js';
export { toShareMountNamespaceWith } from './toShareMountNamespaceWith.js';
export type { AsymmetricMatcher, MatcherResult, MatcherState } from './types.js';
