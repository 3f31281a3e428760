import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vitest/config';
import type { PoolRunnerInitializer } from 'vitest/node';

import { NamespaceError } from '../errors/namespace-error.cjs';
import { noteConfig, noteProject, refuseUselessPlace } from './inheritance.js';
import { createInitializer, isFromPlugin, refuseContradiction } from './initializer.js';
import type { MountNamespacesOptions } from './options.js';
import { isOwnFrame } from './own-frames.js';
import { FilesLeft } from './pool/files-left.js';
import { POOL_NAME } from './protocol.js';
import { handBackAfterRuns } from './sudo.js';

export type { MountNamespacesOptions } from './options.js';

/**
 * The Vitest plugin: the test files of this configuration run in worker processes that have a mount namespace
 * of their own.
 *
 * In a configuration with `projects`, put it into the `plugins` of each project that needs it.
 *
 * @throws {TypeError} for an option that is unknown or has a wrong value.
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
  const pool = createInitializer('mountNamespaces', options);
  return {
    name: 'mountns',
    // Vitest 5 makes projects from what it finds when the earliest of these hooks have run.
    enforce: 'pre',
    config: {
      order: 'pre',
      handler(config) {
        noteConfig(config);
        config.test ??= {};
        const { test } = config;
        // The last plugin is the one that is nearest to the project. A pool that was set by hand stays, and is refused
        // below, when it is known for which project.
        if (test.pool === undefined || isFromPlugin(test.pool)) test.pool = pool;
        const setupFiles = [test.setupFiles ?? []].flat();
        // First, so that its hooks surround those of the user.
        if (!setupFiles.includes(setupFile)) test.setupFiles = [setupFile, ...setupFiles];
        return { test: { server: { deps: { external: [ownFiles] } } } };
      },
    },
    configureServer({ config }) {
      // Vitest 4 makes the projects while the server is configured.
      return () => refuseUselessPlace(config);
    },
    configureVitest({ project, vitest }) {
      // StrykerJS asks for threads, whatever the configuration says, and works with any pool.
      if (process.env.STRYKER_MUTATOR_WORKER !== undefined)
        Object.assign(project.config, { pool: POOL_NAME, poolRunner: pool });
      const { browser, poolRunner, onStackTrace } = project.config;
      const where = project.name === '' ? 'the configuration' : `project "${project.name}"`;
      const name = browser.enabled ? 'browser' : project.config.pool;
      if (name !== POOL_NAME) throw otherPool(where, name);
      refuseContradiction(where, poolRunner, pool);
      noteProject(project.vite.config);
      FilesLeft.follow(vitest);
      handBackAfterRuns(vitest);
      project.config.onStackTrace = (error, frame) => !isOwnFrame(frame.file) && onStackTrace?.(error, frame);
    },
  };
}

/**
 * The pool alone, for `test.pool`: without the setup file, and so without what needs it.
 *
 * It starts no worker ahead: nothing tells it how many files are left to run.
 *
 * @throws {TypeError} for an option that is unknown, has a wrong value or needs the plugin.
 *
 * @example
 * ```ts
 * import { mountNamespacePool } from 'mountns/vitest/config';
 * import { defineConfig } from 'vitest/config';
 *
 * export default defineConfig({ test: { pool: mountNamespacePool() } });
 * ```
 */
export function mountNamespacePool(
  options?: MountNamespacesOptions & { prewarm?: false | 0 | undefined },
): PoolRunnerInitializer {
  const pool = createInitializer('mountNamespacePool', options);
  if (options?.prewarm !== undefined && options.prewarm !== false && options.prewarm !== 0) {
    throw new TypeError('mountNamespacePool: option prewarm needs the plugin, mountNamespaces()');
  }
  return pool;
}

function otherPool(where: string, pool: string): NamespaceError {
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
