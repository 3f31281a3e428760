/**
 * The test framework that the runner puts in front of the user's own, in its workers: Jest calls it for each
 * test file.
 */
import type { FileTrees } from '../scope/file-trees.js' with { 'resolution-mode': 'import' };
import type { FileResult, TestFramework, WorkerConfig } from './jest.cjs';
import { packRefusal } from './refusal-message.cjs';
import { watchTests } from './watch-tests.cjs';
import { workerState } from './worker-state.cjs';

// Here too, since Jest loads this file before it runs any code of the user's.
requireFiles();

const runFile: TestFramework = async (globalConfig, config, environment, ...rest) => {
  const files = requireFiles();
  // Jest starts another worker in place of this one, and gives it the file.
  if (files.isSpent) process.exit(1);
  watchTests(environment, files);
  const framework = loadFramework((config as WorkerConfig).mountnsFramework);
  let result: FileResult;
  try {
    result = await framework(globalConfig, config, environment, ...rest);
  } catch (error) {
    await endFile(files);
    throw error;
  }
  const left = await endFile(files);
  if (left !== undefined) addFailure(result, left);
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
  result.testExecError = { message: '', stack: message };
  result.failureMessage = [result.failureMessage, text].filter(Boolean).join('\n');
}
