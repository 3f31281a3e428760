/** Vitest loads this file in each worker before the test files. */
import { afterEach, beforeEach } from 'vitest';

import type { Scope } from '../scope/scope.js';
import { scopes } from '../scope/scopes.js';
import { showNotes } from './failure-notes.js';
import { registerMissingMatchers } from './missing-matchers.js';

/** Those that are there for more than one test. */
let around: readonly Scope[] = [];

registerMissingMatchers();

beforeEach(() => {
  around = [...scopes.open];
});

// The first one that is registered is the last one to run.
afterEach(async ({ task }) => {
  showNotes(task.result?.errors);
  // Of tests that run at the same time nobody can tell whose scope it is; their fixtures know their own.
  if (task.concurrent) return;
  const own = scopes.open.find((scope) => !scope.isFixture && !around.includes(scope));
  await own?.giveUp(`test "${task.name}"`);
});
