import path from 'node:path';
import { inject } from 'vitest';

import { type RunOptions, type RunResult, startVitest, type VitestRun } from './vitest-run.js';

/** Starts Jest on a copy of `fixtures/<fixture>`. It is killed at the end of the test if it still runs. */
export function startJest(fixture: string, { args = [], ...options }: RunOptions = {}): VitestRun {
  const jest = path.join(inject('installed'), 'jest30/node_modules/jest/bin/jest.js');
  const program = [jest, '--cacheDirectory=.cache', '--no-watchman', ...args];
  return startVitest(fixture, { ...options, runner: 'jest30', program });
}

/** As {@link startJest}, to the end. */
export function runJest(fixture: string, options: RunOptions = {}): Promise<RunResult> {
  return startJest(fixture, options).done;
}
