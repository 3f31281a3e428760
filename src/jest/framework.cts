/**
 * The test framework that the runner puts in front of the user's own, in its workers: Jest calls it for each
 * test file.
 */
import path = require('node:path');

import { type Note, noteInStack } from '../errors/stack-note.cjs';
import type { FileTrees } from '../scope/file-trees.js' with { 'resolution-mode': 'import' };
import { type FileResult, type TestFramework, WORKER_EVENT } from './jest.cjs';
import { loadModule } from './load-module.cjs';
import { packRefusal } from './refusal-message.cjs';
import { snapshotFile } from './snapshot-file.cjs';
import { watchTests } from './watch-tests.cjs';
import { workerState } from './worker-state.cjs';

const runFile: TestFramework = (globalConfig, config, environment, runtime, testPath, send) => {
  const files = workerState.files as FileTrees;
  send?.(WORKER_EVENT, process.pid);
  watchTests(environment, files);
  const file = path.relative(globalConfig.rootDir, testPath);
  const failures: Error[] = [];
  let tell: (failure: Error) => void;
  const teardown = environment.teardown.bind(environment);
  // It belongs to the file, whose results are not on their way yet.
  environment.teardown = async () => {
    try {
      await teardown();
    } catch (error) {
      tell = (failure) => tellBeside(error, failure, file);
      throw error;
    } finally {
      failures.push(...(await endFile(file)));
      for (const failure of failures) tell(failure);
    }
  };
  files.startTests();
  // Not awaited here: what a test throws would end with a frame of this function.
  return loadModule<TestFramework>(config, config.mountnsFramework)
    .then((framework) => framework(globalConfig, config, environment, runtime, testPath, send))
    .then(async (result) => {
      tell = (failure) => addFailure(result, failure);
      const { added, updated } = result.snapshot;
      // Those that are inline are in the test file.
      if (added + updated > 0)
        failures.push(...files.checkSnapshots([await snapshotFile(config, testPath), testPath]));
      return result;
    })
    .catch((error) => {
      tell = (failure) => tellBeside(error, failure, file);
      throw error;
    })
    .finally(async () => {
      // Before the scopes that they lie in are left.
      await files.endTests().catch((error) => failures.push(error));
    });
};

let isRunning = false;

export = {
  __esModule: true,
  /** Jest asks for it once a file, and awaits it before it makes the environment of the file. */
  get default(): Promise<TestFramework> {
    return beginFile();
  },
};

async function beginFile(): Promise<TestFramework> {
  const { files, refusal, beginLeakCheck } = workerState;
  if (files === undefined) throw packRefusal(refusal);
  // The file before has failed before its tests, so that nobody has ended it.
  if (isRunning) for (const failure of await endFile(UNKNOWN)) print(UNKNOWN, failure);
  // Jest starts another worker in place of this one, and gives it the file.
  if (files.isSpent) process.exit(1);
  workerState.leakCheck ??= beginLeakCheck?.();
  isRunning = true;
  return runFile;
}

/** What is wrong with the file. */
async function endFile(file: string): Promise<Error[]> {
  isRunning = false;
  const { files, leakCheck, beginLeakCheck } = workerState;
  const failures: Error[] = leakCheck?.end(file) ?? [];
  workerState.leakCheck = undefined;
  try {
    const left = await files?.next();
    if (left !== undefined) failures.push(left);
    workerState.leakCheck = beginLeakCheck?.();
  } catch (error) {
    failures.push(error as Error);
  }
  return failures;
}

/** Jest shows what was thrown, and nothing else: a note in it, where it can have one. */
function tellBeside(thrown: unknown, failure: Error, file: string): void {
  const [title = '', ...lines] = failure.message.split('\n');
  const note: Note = { title, lines: lines.map((line) => line.replace(/^ {2}/, '')) };
  if (!noteInStack(thrown, note)) print(file, failure);
}

function print(file: string, { message }: Error): void {
  process.stderr.write(`mountns: ${file}: ${message}\n`);
}

const UNKNOWN = 'a test file that failed before its tests';

/** As Jest reports an error that belongs to no test: the results of the tests stay. */
function addFailure(result: FileResult, { message }: Error): void {
  const text = `  ● ${message.replaceAll('\n', '\n    ')}\n`;
  const stack = [result.testExecError?.stack, message].filter(Boolean).join('\n\n');
  result.testExecError = { message: '', stack };
  result.failureMessage = [result.failureMessage, text].filter(Boolean).join('\n');
}
