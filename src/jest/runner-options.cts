import { inspect } from 'node:util';

import type { Unsupported } from '../support/unsupported.js' with { 'resolution-mode': 'import' };

/** The options of the runner: `runner: ['mountns/jest/runner', options]`. */
export interface RunnerOptions {
  /**
   * What happens on a machine that refuses mount namespaces: the files fail, or are reported as skipped. With
   * MOUNTNS_REQUIRE=1 in the environment they fail all the same.
   * @defaultValue 'fail'
   */
  unsupported?: Unsupported;
}

/**
 * Checks the options and fills in the defaults. One that is not built yet is refused: a test that asked for it
 * must not run without it.
 *
 * @throws {TypeError} naming the value.
 */
export function resolveRunnerOptions(options: unknown): Required<RunnerOptions> {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw invalid(`options must be an object, received ${inspect(options)}`);
  }
  const { unsupported = 'fail', ...others } = options as RunnerOptions;
  if (unsupported !== 'fail' && unsupported !== 'skip') {
    throw invalid(`option unsupported must be 'fail' or 'skip', received ${inspect(unsupported)}`);
  }
  for (const [name, value] of Object.entries(others)) {
    if (value === undefined) continue;
    throw invalid(
      NOT_BUILT.includes(name)
        ? `option ${name}: ${inspect(value)} is not built yet`
        : `unknown option ${inspect(name)}`,
    );
  }
  return { unsupported };
}

function invalid(message: string): TypeError {
  const error = new TypeError(`mountns/jest/runner: ${message}`);
  return Object.assign(error, { code: 'ERR_INVALID_ARG_VALUE' });
}

const NOT_BUILT = ['copyOnWrite', 'permissions', 'leaks'];
