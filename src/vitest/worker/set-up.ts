import type { aroundEach, beforeEach, expect, TestContext } from 'vitest';

import { currentTest, endFixtures, scopes } from '../../scope/scopes.js';
import { Attempt } from '../attempt.js';
import { showNotes } from '../failure-notes.js';
import { registerMissingMatchers } from './missing-matchers.js';
import { guardSnapshots, type SnapshotEnvironment } from './snapshot-files.js';

interface Hooks {
  beforeEach: typeof beforeEach;
  expect: typeof expect;
  /** Since Vitest 4.1. */
  aroundEach?: typeof aroundEach;
}

/** What is to happen around the tests of a file. */
export function setUp(hooks: Hooks): void {
  registerMissingMatchers();

  // The first one surrounds all others.
  hooks.aroundEach?.(async (runTest, { task, signal }) => {
    if (isAlone(task)) await endFixtures();
    const attempt = new Attempt({ task, signal });
    // Of scopes of tests that run at the same time this tells whose they are.
    if (task.concurrent) await scopes.tests.run(attempt, runTest);
    else {
      scopes.test = attempt;
      await runTest();
    }
    await end(attempt, task);
  });

  hooks.beforeEach(async ({ task, signal, onTestFinished }) => {
    // Of tests that run at the same time nobody can tell whose scope it is; their fixtures know their own.
    if (hooks.aroundEach === undefined && !task.concurrent) {
      if (isAlone(task)) await endFixtures();
      const attempt = new Attempt({ task, signal });
      scopes.test = attempt;
      // The first one is the last one to run.
      onTestFinished(() => end(attempt, task));
    }
    const test = currentTest();
    if (test !== undefined) {
      for (const scope of scopes.open) if ((scope.test ?? test) === test) scope.tests.add(test);
    }
    const { snapshotState } = hooks.expect.getState() as {
      snapshotState?: { environment?: SnapshotEnvironment };
    };
    if (snapshotState?.environment !== undefined) guardSnapshots(snapshotState.environment);
  });
}

/** Whether no other test runs at the same time, be it one of another suite. */
function isAlone(task: TestContext['task']): boolean {
  for (let each: { concurrent?: boolean; suite?: object } | undefined = task; each; each = each.suite)
    if (each.concurrent) return false;
  return true;
}

/** After the last hook of a test. */
async function end(attempt: Attempt, task: TestContext['task']): Promise<void> {
  scopes.test = undefined;
  showNotes(task.result?.errors);
  const hasTimedOut = attempt.hasTimedOut();
  const own = scopes.open.find((scope) => !scope.isFixture && scope.test === attempt);
  // One that runs at the same time as others may hold a scope for them.
  if (hasTimedOut || !task.concurrent) await own?.giveUp(attempt.name);
  if (hasTimedOut) return;
  for (const scope of scopes.open) scope.tests.delete(attempt);
}
