/** `mountns/matchers` for `require()`, where that can't load ES modules: in Jest. */
import type * as Matchers from '../../matchers/index.js' with { 'resolution-mode': 'import' };
import { requireInMainRealm } from '../../native/main-realm.cjs';

const matchers = requireInMainRealm(`${__dirname}/../../matchers/index.js`) as typeof Matchers;

export type * from '../../matchers/index.js' with { 'resolution-mode': 'import' };
export const toBeIsolatedFromHost: typeof Matchers.toBeIsolatedFromHost = matchers.toBeIsolatedFromHost;
export const toBeMountPoint: typeof Matchers.toBeMountPoint = matchers.toBeMountPoint;
export const toBeReadOnly: typeof Matchers.toBeReadOnly = matchers.toBeReadOnly;
export const toHaveMount: typeof Matchers.toHaveMount = matchers.toHaveMount;
export const toHaveMountOptions: typeof Matchers.toHaveMountOptions = matchers.toHaveMountOptions;
export const toHavePropagation: typeof Matchers.toHavePropagation = matchers.toHavePropagation;
export const toLeaveMountsUnchanged: typeof Matchers.toLeaveMountsUnchanged = matchers.toLeaveMountsUnchanged;
export const toShareMountNamespaceWith: typeof Matchers.toShareMountNamespaceWith =
  matchers.toShareMountNamespaceWith;
