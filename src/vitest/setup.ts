/** Vitest loads this file in each worker before the test files, and asks the server for each module it imports. */
import { afterEach, beforeEach } from 'vitest';

import { setUp } from './worker/set-up.js';

setUp({ afterEach, beforeEach });
