import type { afterEach, aroundEach, beforeEach } from 'vitest';

import type { Scope } from '../../scope/scope.js';
import { scopes } from '../../scope/scopes.js';
import { showNotes } from '../failure-notes.js';
import { registerMissingMatchers } from '../missing-matchers.js';

interface Hooks {
  afterEach: typeof afterEach;
  beforeEach: typeof beforeEach;
  /** Since Vitest 4.1. */
  aroundEach?: typeof aroundEach;
}

/** What is to happen around the tests of a file. */
export function setUp(hooks: Hooks): void {
  /** Those that are there for more than one test. */
  let around: readonly Scope[] = [];

  registerMissingMatchers();

  // Of scopes of tests that run at the same time this tells whose they are.
  hooks.aroundEach?.((runTest, { task }) => (task.concurrent ? scopes.tests.run(task, runTest) : runTest()));

  hooks.beforeEach(() => {
    around = [...scopes.open];
  });

  // The first one that is registered is the last one to run.
  hooks.afterEach(async ({ task }) => {
    showNotes(task.result?.errors);
    // Of tests that run at the same time nobody can tell whose scope it is; their fixtures know their own.
    if (task.concurrent) return;
    const own = scopes.open.find((scope) => !scope.isFixture && !around.includes(scope));
    await own?.giveUp(`test "${task.name}"`);
  });
}
