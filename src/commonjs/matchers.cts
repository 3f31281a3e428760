/** `mountns/matchers` for `require()`, where that can't load ES modules: in Jest. */
import path = require('node:path');

import type * as Matchers from '../../matchers/index.js' with { 'resolution-mode': 'import' };
import { requireInMainRealm } from '../../native/main-realm.cjs';

const matchers = requireInMainRealm(path.join(__dirname, '../../matchers/index.js')) as typeof Matchers;

export type * from '../../matchers/index.js' with { 'resolution-mode': 'import' };
export const toBeIsolatedFromHost: typeof Matchers.toBeIsolatedFromHost = matchers.toBeIsolatedFromHost;
export const toBeMountPoint: typeof Matchers.toBeMountPoint = matchers.toBeMountPoint;
