/**
 * The test framework that the runner puts in front of the user's own, in its workers: Jest calls it for each
 * test file.
 */
import path = require('node:path');

import { formatNote, type Note, noteInStack } from '../errors/stack-note.cjs';
import type { LeakCheck } from '../leaks/leak-check.js' with { 'resolution-mode': 'import' };
import type { FileTrees } from '../scope/file-trees.js' with { 'resolution-mode': 'import' };
import { type FileResult, type TestFramework, WORKER_EVENT, type WorkerConfig } from './jest.cjs';
import { packRefusal } from './refusal-message.cjs';
import { watchTests } from './watch-tests.cjs';
import { workerState } from './worker-state.cjs';

// Here too, since Jest loads this file before it runs any code of the user's.
requireFiles();

const runFile: TestFramework = async (globalConfig, config, environment, runtime, testPath, send) => {
  const files = requireFiles();
  // Jest starts another worker in place of this one, and gives it the file.
  if (files.isSpent) process.exit(1);
  send?.(WORKER_EVENT, process.pid);
  watchTests(environment, files);
  const file = path.relative(globalConfig.rootDir, testPath);
  const check = workerState.beginLeakCheck?.(file);
  let result: FileResult;
  try {
    const framework = loadFramework((config as WorkerConfig).mountnsFramework);
    result = await framework(globalConfig, config, environment, runtime, testPath, send);
  } catch (error) {
    for (const failure of await endFile(files, check)) tellBeside(error, failure, file);
    throw error;
  }
  for (const failure of await endFile(files, check)) addFailure(result, failure);
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

/** What is wrong with the file. */
async function endFile(files: FileTrees, check: LeakCheck | undefined): Promise<Error[]> {
  const leaks = check?.end() ?? [];
  try {
    const left = await files.next();
    return left === undefined ? leaks : [...leaks, left];
  } catch (error) {
    return [...leaks, error as Error];
  }
}

/** Jest shows what the framework has thrown, and nothing else: a note in it, where it can have one. */
function tellBeside(thrown: unknown, { message }: Error, file: string): void {
  const [summary = '', ...lines] = message.split('\n');
  const note = (title: string): Note => ({ title, lines: lines.map((line) => line.replace(/^ {2}/, '')) });
  if (!noteInStack(thrown, note(summary)))
    process.stderr.write(`${formatNote(note(`${file}: ${summary}`))}\n`);
}

/** As Jest reports an error that belongs to no test: the results of the tests stay. */
function addFailure(result: FileResult, { message }: Error): void {
  const text = `  ● ${message.replaceAll('\n', '\n    ')}\n`;
  const stack = [result.testExecError?.stack, message].filter(Boolean).join('\n\n');
  result.testExecError = { message: '', stack };
  result.failureMessage = [result.failureMessage, text].filter(Boolean).join('\n');
}
