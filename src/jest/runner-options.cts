import type { MountNamespacesOptions, Resolved } from '../vitest/options.js' with {
  'resolution-mode': 'import',
};
import { resolveOptions } from './main-modules.js';

/** The options of the runner: `runner: ['mountns/jest/runner', options]`. */
export type RunnerOptions = Pick<
  MountNamespacesOptions,
  'copyOnWrite' | 'unsupported' | 'permissions' | 'leaks'
>;

export type ResolvedRunnerOptions = Resolved<RunnerOptions>;

/**
 * Checks the options and fills in the defaults. One that does nothing here is refused: a test that asked for it
 * must not run without it.
 *
 * @throws {TypeError} naming the value.
 */
export function resolveRunnerOptions(options: RunnerOptions): ResolvedRunnerOptions {
  const { copyOnWrite, unsupported, permissions, leaks } = resolveOptions('mountns/jest/runner', options, {
    prewarm: 'is for Vitest: Jest uses its workers again',
  });
  return { copyOnWrite, unsupported, permissions, leaks };
}
