import { inspect } from 'node:util';

/**
 * Refuses every option: `runner: ['mountns/jest/runner', options]`. None is built yet, and a test that asked
 * for one must not run without it.
 */
export function checkRunnerOptions(options: unknown): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new TypeError(`mountns/jest/runner: options must be an object, received ${inspect(options)}`);
  }
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue;
    throw new TypeError(
      NOT_BUILT.includes(name)
        ? `mountns/jest/runner: option ${name}: ${inspect(value)} is not built yet`
        : `mountns/jest/runner: unknown option ${inspect(name)}`,
    );
  }
}

const NOT_BUILT = ['copyOnWrite', 'unsupported', 'permissions', 'leaks'];
