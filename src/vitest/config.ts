import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vitest/config';
import type { PoolRunnerInitializer } from 'vitest/node';

import { NamespaceError } from '../errors/namespace-error.cjs';
import { type MountNamespacesOptions, type ResolvedOptions, resolveOptions } from './options.js';
import { FilesLeft } from './pool/files-left.js';
import { MountNamespacePoolWorker } from './pool/pool-worker.js';
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
  const pool = createInitializer(resolveOptions('mountNamespaces', options));
  return {
    name: 'mountns',
    // Vitest 5 makes projects from what it finds when the earliest of these hooks have run.
    enforce: 'pre',
    config: {
      order: 'pre',
      handler(config) {
        config.test ??= {};
        const { test } = config;
        refuseUselessPlace(test.projects, config.root ?? process.cwd());
        // One that is set already stays, and is refused below, when it is known for which project.
        test.pool ??= pool;
        const setupFiles = [test.setupFiles ?? []].flat();
        // First, so that its hooks surround those of the user.
        if (!setupFiles.includes(setupFile)) test.setupFiles = [setupFile, ...setupFiles];
        return { test: { server: { deps: { external: [ownFiles] } } } };
      },
    },
    configureVitest({ project, vitest }) {
      if (project.config.pool !== POOL_NAME) throw otherPool(project.name, project.config.pool);
      FilesLeft.follow(vitest);
      handBackAfterRuns(vitest);
    },
  };
}

/**
 * The pool alone, for `test.pool`: without the setup file, and so without what needs it.
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

/** In Vitest 4 plugins beside `projects` are not those of the projects: tests would run on the host, without a word. */
function refuseUselessPlace(projects: readonly unknown[] = [], root: string): void {
  if (projects.length === 0 || projects.some((project) => mayExtend(project))) return;
  if (!vitestVersion(root).startsWith('4.')) return;
  throw new NamespaceError({
    summary: 'mountNamespaces() stands beside test.projects, and no project has it',
    why: 'Vitest 4 gives the plugins of a configuration to none of its projects, but to those with `extends: true`',
    fix: 'move it to the plugins of the projects that need it',
  });
}

function mayExtend(project: unknown): boolean {
  if (typeof project === 'string') return false;
  // A function or a promise tells later.
  return typeof project !== 'object' || project === null || 'then' in project || 'extends' in project;
}

function vitestVersion(root: string): string {
  try {
    return createRequire(join(resolve(root), 'package.json'))('vitest/package.json').version;
  } catch {
    return '';
  }
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
