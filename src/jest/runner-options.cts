import type { MountNamespacesOptions } from '../vitest/options.js' with { 'resolution-mode': 'import' };
import { resolveOptions } from './main-modules.js';

/** The options of the runner: `runner: ['mountns/jest/runner', options]`. */
export type RunnerOptions = Pick<
  MountNamespacesOptions,
  'copyOnWrite' | 'unsupported' | 'permissions' | 'leaks'
>;

/**
 * Checks the options and fills in the defaults. One that does nothing here is refused: a test that asked for it
 * must not run without it.
 *
 * @throws {TypeError} naming the value.
 */
export function resolveRunnerOptions(options: RunnerOptions): Required<RunnerOptions> {
  const { copyOnWrite, unsupported, permissions, leaks } = resolveOptions(CALLER, options);
  for (const [name, reason] of Object.entries(REFUSED)) {
    if ((options as MountNamespacesOptions)[name as keyof typeof REFUSED] === undefined) continue;
    const error = new TypeError(`${CALLER}: option ${name} ${reason}`);
    throw Object.assign(error, { code: 'ERR_INVALID_ARG_VALUE' });
  }
  return { copyOnWrite, unsupported, permissions, leaks };
}

const CALLER = 'mountns/jest/runner';
const REFUSED = {
  prewarm: 'is for Vitest: Jest uses its workers again',
} satisfies Partial<Record<keyof MountNamespacesOptions, string>>;
