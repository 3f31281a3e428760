import { afterEach, expect, test, vi } from 'vitest';

import type { Scope } from '../../../../src/scope/scope.js';
import { scopes } from '../../../../src/scope/scopes.js';
import { setUp } from '../../../../src/vitest/worker/set-up.js';

type Hooks = Parameters<typeof setUp>[0];
type Around = Parameters<NonNullable<Hooks['aroundEach']>>[0];

/** Runs a test that leaves a scope open, and returns that. */
async function leaveScope({ concurrent = false, hasTimedOut = false }) {
  let around: Around = async () => {};
  const aroundEach = (hook: Around) => {
    around = hook;
  };
  setUp({ expect, beforeEach: () => {}, aroundEach } as unknown as Hooks);
  const timeout = new AbortController();
  const task = { name: 'a test', concurrent, timeout: 1000, result: {} };
  const scope = { isFixture: false, giveUp: vi.fn(async () => {}), tests: new Set<unknown>() };
  const runTest = async () => {
    const own = scopes.tests.getStore() ?? scopes.test;
    scope.tests.add(own);
    scopes.open.push(Object.assign(scope, { test: own }) as unknown as Scope);
    if (hasTimedOut) timeout.abort();
  };
  await around(runTest, { task, signal: timeout.signal } as never, undefined as never);
  return scope;
}

afterEach(() => {
  scopes.open.length = 0;
});

test('a scope that a test leaves open is given up, so that the next test does not run in it', async () => {
  const { giveUp, tests } = await leaveScope({});
  expect(giveUp).toHaveBeenCalledExactlyOnceWith('test "a test"');
  expect(tests).toEqual(new Set());
});

test('one of a test that runs at the same time as others may be for them', async () => {
  const { giveUp, tests } = await leaveScope({ concurrent: true });
  expect(giveUp).not.toHaveBeenCalled();
  expect(tests).toEqual(new Set());
});

test('one whose test has timed out is given up, whoever else there is', async () => {
  const { giveUp, tests } = await leaveScope({ concurrent: true, hasTimedOut: true });
  expect(giveUp).toHaveBeenCalledOnce();
  expect(tests.size).toBe(1);
});
