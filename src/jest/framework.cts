/**
 * The test framework that the runner puts in front of the user's own, in its workers: Jest calls it for each
 * test file.
 */
import path = require('node:path');

import type { FileTrees } from '../scope/file-trees.js' with { 'resolution-mode': 'import' };
import type { FileResult, TestFramework, WorkerConfig } from './jest.cjs';
import { packRefusal } from './refusal-message.cjs';
import { watchTests } from './watch-tests.cjs';
import { workerState } from './worker-state.cjs';

// Here too, since Jest loads this file before it runs any code of the user's.
requireFiles();

const runFile: TestFramework = async (globalConfig, config, environment, runtime, testPath, ...rest) => {
  const files = requireFiles();
  // Jest starts another worker in place of this one, and gives it the file.
  if (files.isSpent) process.exit(1);
  watchTests(environment, files);
  const check = workerState.beginLeakCheck?.(path.relative(globalConfig.rootDir, testPath));
  const framework = loadFramework((config as WorkerConfig).mountnsFramework);
  let result: FileResult;
  try {
    result = await framework(globalConfig, config, environment, runtime, testPath, ...rest);
  } catch (error) {
    check?.end();
    await endFile(files);
    throw error;
  }
  const leaks: Error[] = check?.end() ?? [];
  const left = await endFile(files);
  for (const failure of left === undefined ? leaks : [...leaks, left]) addFailure(result, failure);
  return result;
};

export = runFile;

function requireFiles(): FileTrees {
  if (workerState.files !== undefined) return workerState.files;
  throw packRefusal(workerState.refusal);
}

function loadFramework(file: string): TestFramework {
  const loaded = require(file) as TestFramework & { __esModule?: boolean; default: TestFramework };
  return loaded.__esModule ? loaded.default : loaded;
}

async function endFile(files: FileTrees): Promise<Error | undefined> {
  try {
    return await files.next();
  } catch (error) {
    return error as Error;
  }
}

/** As Jest reports an error that belongs to no test: the results of the tests stay. */
function addFailure(result: FileResult, { message }: Error): void {
  const text = `  ● ${message.replaceAll('\n', '\n    ')}\n`;
  const stack = [result.testExecError?.stack, message].filter(Boolean).join('\n\n');
  result.testExecError = { message: '', stack };
  result.failureMessage = [result.failureMessage, text].filter(Boolean).join('\n');
}
