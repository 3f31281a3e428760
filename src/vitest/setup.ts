/**
 * Vitest loads this file in each worker before the test files. Where files share a worker it asks the server for it,
 * and for each module that it imports; else {@link file://./worker/own-setup-file.ts} answers.
 */
import * as vitest from 'vitest';

import { setUp } from './worker/set-up.js';

setUp(vitest);
