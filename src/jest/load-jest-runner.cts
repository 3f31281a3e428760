import fs = require('node:fs');
import path = require('node:path');

import { NamespaceError } from '../errors/namespace-error.cjs';
import type { TestRunnerClass } from './jest.cjs';

/**
 * Loads `jest-runner` of the Jest that is installed in `rootDir`, else of the one that runs. It need not lie
 * beside this package, so it is looked for along the dependencies: jest, @jest/core, jest-runner.
 */
export function loadJestRunner(rootDir: string): TestRunnerClass {
  const running = process.argv[1] === undefined ? [] : [path.dirname(realpath(process.argv[1]))];
  for (const directory of [rootDir, ...running, __dirname]) {
    for (const names of PATHS) {
      const file = follow(directory, names);
      if (file !== undefined) return (require(file) as { default: TestRunnerClass }).default;
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
  return fs.existsSync(file) ? fs.realpathSync(file) : file;
}

const PATHS = [
  ['jest', '@jest/core', 'jest-runner'],
  ['jest-cli', '@jest/core', 'jest-runner'],
  ['@jest/core', 'jest-runner'],
];
