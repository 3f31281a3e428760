import { inspect, isDeepStrictEqual } from 'node:util';
import type { PoolRunnerInitializer } from 'vitest/node';

import { processWide } from '../../native/process-wide.cjs';
import { NamespaceError } from '../errors/namespace-error.cjs';
import { type MountNamespacesOptions, type ResolvedOptions, resolveOptions } from './options.js';
import { MountNamespacePoolWorker } from './pool/pool-worker.js';
import { POOL_NAME } from './protocol.js';

/** Who has made a pool. */
interface Origin {
  caller: 'mountNamespaces' | 'mountNamespacePool';
  given: MountNamespacesOptions | undefined;
  options: ResolvedOptions;
}

type Maker = PoolRunnerInitializer['createPoolWorker'];

/** By the function, since Vite copies the object that it is in. */
const origins = processWide('pool-origins', () => new WeakMap<Maker, Origin>());

/**
 * Makes a pool, for `test.pool`.
 *
 * @throws {TypeError} for an option that is unknown or has a wrong value.
 */
export function createInitializer(
  caller: Origin['caller'],
  given: MountNamespacesOptions | undefined,
): PoolRunnerInitializer {
  const options = resolveOptions(caller, given);
  const createPoolWorker: Maker = (poolOptions) => new MountNamespacePoolWorker(poolOptions, options);
  origins.set(createPoolWorker, { caller, given, options });
  return { name: POOL_NAME, createPoolWorker };
}

/** Whether `pool` was put into `test.pool` by a plugin. */
export function isFromPlugin(pool: unknown): boolean {
  return originOf(pool)?.caller === 'mountNamespaces';
}

/**
 * Refuses a pool that was put into `test.pool` by hand, beside a plugin whose options it does not have.
 *
 * @param where the configuration that they are in
 */
export function refuseContradiction(where: string, pool: unknown, plugin: PoolRunnerInitializer): void {
  const used = originOf(pool);
  const wanted = originOf(plugin) as Origin;
  if (isFromPlugin(pool) || isDeepStrictEqual(used?.options, wanted.options)) return;
  throw new NamespaceError({
    summary: `${where} has the plugin ${describe(wanted)}, but its test.pool is ${used === undefined ? 'another one' : describe(used)}: the options of the plugin would do nothing`,
    fix: 'remove test.pool, or give both the same options',
  });
}

function originOf(pool: unknown): Origin | undefined {
  const { createPoolWorker } = (pool ?? {}) as Partial<PoolRunnerInitializer>;
  return createPoolWorker && origins.get(createPoolWorker);
}

function describe({ caller, given }: Origin): string {
  const text = given === undefined ? '' : inspect(given, { breakLength: Number.POSITIVE_INFINITY });
  return `${caller}(${text})`;
}
