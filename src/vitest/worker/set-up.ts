import type { afterEach, aroundEach, beforeEach, expect } from 'vitest';

import type { Scope } from '../../scope/scope.js';
import { scopes } from '../../scope/scopes.js';
import { refuseCoveredSnapshots, type SnapshotEnvironment } from '../covered-snapshots.js';
import { showNotes } from '../failure-notes.js';
import { registerMissingMatchers } from '../missing-matchers.js';

interface Hooks {
  afterEach: typeof afterEach;
  beforeEach: typeof beforeEach;
  expect: typeof expect;
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
    const { snapshotState } = hooks.expect.getState() as {
      snapshotState?: { environment?: SnapshotEnvironment };
    };
    if (snapshotState?.environment !== undefined) refuseCoveredSnapshots(snapshotState.environment);
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
