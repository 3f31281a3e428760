/**
 * `mountns/vitest`: `test` with the fixtures of this package, and `expect` with its matchers.
 */
import {
  test as base,
  expect,
  type TestAPI,
  afterEach as vitestAfterEach,
  beforeEach as vitestBeforeEach,
} from 'vitest';
import {
  type MountMatchers,
  toBeIsolatedFromHost,
  toBeMountPoint,
  toBeReadOnly,
  toHaveMount,
  toHaveMountOptions,
  toHavePropagation,
  toLeaveMountsUnchanged,
  toShareMountNamespaceWith,
} from '../../matchers/index.js';
import { mountSerializer } from '../mounts/serializer.js';
import './matcher-types.js';
import { fixtures, type MountNamespaceFixtures } from './fixtures.js';

expect.addSnapshotSerializer(mountSerializer);
// By their names: of a whole module, a bundler makes an object with a getter for each.
expect.extend({
  toBeIsolatedFromHost,
  toBeMountPoint,
  toBeReadOnly,
  toHaveMount,
  toHaveMountOptions,
  toHavePropagation,
  toLeaveMountsUnchanged,
  toShareMountNamespaceWith,
} satisfies Record<keyof MountMatchers, unknown>);

/**
 * Vitest's `test` with three fixtures: `withMountNamespace`; `ns`, which puts the whole test in a scope; and
 * `host`, the namespace that the run was started in.
 *
 * @example
 * test('keeps its mounts to itself', ({ ns }) => {
 *   ns.tmpfs('/mnt/test_mount');
 *   expect(ns).toBeIsolatedFromHost('/mnt/test_mount');
 * });
 */
export const test: TestAPI<MountNamespaceFixtures> = base.extend<MountNamespaceFixtures>(fixtures);

/** The same as {@link test}. */
export const it: TestAPI<MountNamespaceFixtures> = test;

/** Vitest's `beforeEach`, that can take the fixtures of {@link test}: the hook runs in the scope of the test. */
export const beforeEach: typeof vitestBeforeEach<MountNamespaceFixtures> = vitestBeforeEach;

/** Vitest's `afterEach`, that can take the fixtures of {@link test}: the hook runs in the scope of the test. */
export const afterEach: typeof vitestAfterEach<MountNamespaceFixtures> = vitestAfterEach;

export { afterAll, beforeAll, describe, vi } from 'vitest';
export type { MountNamespaceFixtures };
export { expect };
