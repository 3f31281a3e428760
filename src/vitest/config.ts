import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vitest/config';
import type { PoolRunnerInitializer } from 'vitest/node';

import { NamespaceError } from '../errors/namespace-error.cjs';
import { type MountNamespacesOptions, type ResolvedOptions, resolveOptions } from './options.js';
import { FilesLeft } from './pool/files-left.js';
import { MountNamespacePoolWorker } from './pool/pool-worker.js';
import { POOL_NAME } from './protocol.js';

export type { MountNamespacesOptions } from './options.js';

/**
 * The Vitest plugin: the test files of this configuration run in worker processes that have a mount namespace
 * of their own.
 *
 * In a configuration with `projects`, put it into the `plugins` of each project that needs it.
 *
 * @throws {TypeError} for an option that is unknown, has a wrong value or is not built yet.
 *
 * @example
 * ```ts
 * import { mountNamespaces } from 'mountns/vitest/config';
 * import { defineConfig } from 'vitest/config';
 *
 * export default defineConfig({ plugins: [mountNamespaces()] });
 * ```
 */
export function mountNamespaces(options?: MountNamespacesOptions): Plugin {
  const pool = createInitializer(resolveOptions('mountNamespaces', options));
  return {
    name: 'mountns',
    config({ test }) {
      // One that is set already stays, and is refused below, when it is known for which project.
      const ownPool = test?.pool === undefined ? { pool } : {};
      const setupFiles = [test?.setupFiles ?? []].flat().includes(setupFile) ? [] : [setupFile];
      return { test: { ...ownPool, setupFiles, server: { deps: { external: [ownFiles] } } } };
    },
    configureVitest({ project, vitest }) {
      if (project.config.pool !== POOL_NAME) throw otherPool(project.name, project.config.pool);
      FilesLeft.follow(vitest);
    },
  };
}

/**
 * The pool alone, for `test.pool`: without the setup file, and so without what needs it.
 *
 * @throws {TypeError} for an option that is unknown, has a wrong value, is not built yet or needs the plugin.
 *
 * @example
 * ```ts
 * import { mountNamespacePool } from 'mountns/vitest/config';
 * import { defineConfig } from 'vitest/config';
 *
 * export default defineConfig({ test: { pool: mountNamespacePool() } });
 * ```
 */
export function mountNamespacePool(options: MountNamespacesOptions = {}): PoolRunnerInitializer {
  const resolved = resolveOptions('mountNamespacePool', options);
  if (options.prewarm !== undefined && options.prewarm !== false && options.prewarm !== 0) {
    // Nothing tells the pool alone how many files are left to run.
    throw new TypeError('mountNamespacePool: option prewarm needs the plugin, mountNamespaces()');
  }
  return createInitializer(resolved);
}

function createInitializer(options: ResolvedOptions): PoolRunnerInitializer {
  return {
    name: POOL_NAME,
    createPoolWorker: (poolOptions) => new MountNamespacePoolWorker(poolOptions, options),
  };
}

function otherPool(project: string, pool: string): NamespaceError {
  const where = project === '' ? 'the configuration' : `project "${project}"`;
  return new NamespaceError({
    summary: `${where} has the plugin mountNamespaces(), but its pool is '${pool}': its tests would run on the host`,
    fix: 'remove test.pool (or --pool), or use the plugin only in the projects that need a mount namespace',
  });
}

// In a workspace this package lies outside of node_modules, and Vite would make a second copy of it, without the
// state of the first.
const ownFiles = new RegExp(
  `^${fileURLToPath(new URL('../..', import.meta.url)).replace(/[^\w/]/g, '\\$&')}`,
);

/** Loads {@link file://./setup.ts} */
const setupFile = fileURLToPath(new URL('./setup.js', import.meta.url));
