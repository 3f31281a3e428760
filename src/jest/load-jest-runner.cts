import fs = require('node:fs');
import path = require('node:path');

import { NamespaceError } from '../errors/namespace-error.cjs';
import type { TestRunnerClass } from './jest.cjs';

const { existsSync, realpathSync } = fs;

/** What is taken of the user's Jest. */
export interface LoadedJest {
  readonly Runner: TestRunnerClass;
  /** File of `@jest/transform`, which workers load. */
  readonly transform: string;
}

/**
 * Loads `jest-runner` of the Jest that is installed in `rootDir`, else of the one that runs. It need not lie
 * beside this package, so it is looked for along the dependencies: jest, @jest/core, jest-runner.
 */
export function loadJestRunner(rootDir: string): LoadedJest {
  const running = process.argv[1] === undefined ? [] : [path.dirname(realpath(process.argv[1]))];
  for (const directory of [rootDir, ...running, __dirname]) {
    for (const names of PATHS) {
      const file = follow(directory, names);
      if (file === undefined) continue;
      const { default: Runner } = require(file) as { default: TestRunnerClass };
      return { Runner, transform: require.resolve('@jest/transform', { paths: [path.dirname(file)] }) };
    }
  }
  throw new NamespaceError({
    summary: `cannot find jest-runner, on which mountns/jest/runner builds, from ${rootDir}`,
    fix: 'install jest 30 or later in that directory',
  });
}

function follow(directory: string, names: readonly string[]): string | undefined {
  let file: string | undefined;
  try {
    for (const name of names) {
      file = require.resolve(name, { paths: [file === undefined ? directory : path.dirname(file)] });
    }
    return file;
  } catch {
    return undefined;
  }
}

function realpath(file: string): string {
  return existsSync(file) ? realpathSync(file) : file;
}

const PATHS = [
  ['jest', '@jest/core', 'jest-runner'],
  ['jest-cli', '@jest/core', 'jest-runner'],
  ['@jest/core', 'jest-runner'],
];
