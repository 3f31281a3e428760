/**
 * `mountns/jest/runner`, for `runner` in a configuration of Jest: its test files run in worker processes that
 * have a mount namespace of their own.
 */
import path = require('node:path');

import { NamespaceError } from '../errors/namespace-error.cjs';
import type { GlobalConfig, TestFile, TestRunner, Unsubscribe, WorkerConfig } from './jest.cjs';
import { loadJestRunner } from './load-jest-runner.cjs';
import { checkRunnerOptions } from './runner-options.cjs';
import { withWorkerEnvironment } from './worker-environment.cjs';

/** Loads {@link file://./framework.cts} */
const framework = path.join(__dirname, 'framework.cjs');

/** What Jest makes of `runner: 'mountns/jest/runner'`. It wraps the `jest-runner` of the Jest that runs. */
class MountNamespaceRunner implements TestRunner {
  readonly supportsEventEmitters = true;
  readonly #globalConfig: GlobalConfig;
  readonly #runner: TestRunner;
  /** Jest's own objects of the test files that were handed on with another configuration. */
  readonly #originals = new Map<unknown, TestFile>();
  #hasRefused = false;

  constructor(globalConfig: GlobalConfig, context: unknown, options: unknown = {}) {
    checkRunnerOptions(options);
    if (globalConfig.workerThreads) throw refuseWorkerThreads();
    // A copy that can be changed: jest-runner reads the number of workers off it.
    this.#globalConfig = { ...globalConfig };
    this.#runner = new (loadJestRunner(globalConfig.rootDir))(this.#globalConfig, context);
  }

  on(event: string, listener: (data: unknown) => void | Promise<void>): Unsubscribe {
    return this.#runner.on(event, (data) => listener(this.#restore(event, data)));
  }

  async runTests(tests: TestFile[], watcher: unknown, { serial }: { serial: boolean }): Promise<void> {
    if (this.#globalConfig.detectOpenHandles) process.stderr.write(`${OPEN_HANDLES}\n`);
    // `serial` is Jest's word for "in my own process, one by one". A worker does that too.
    const maxWorkers = serial ? 1 : Math.min(this.#globalConfig.maxWorkers, tests.length);
    this.#globalConfig.maxWorkers = maxWorkers;
    const files = tests.map((test) => this.#handOn(test));
    await withWorkerEnvironment(maxWorkers, () => this.#runner.runTests(files, watcher, { serial: false }));
  }

  #handOn(test: TestFile): TestFile {
    const { config } = test.context;
    const workerConfig: WorkerConfig = {
      ...config,
      testRunner: framework,
      mountnsFramework: config.testRunner,
    };
    const file = { ...test, context: { ...test.context, config: workerConfig } };
    this.#originals.set(file, test);
    return file;
  }

  #restore(event: string, data: unknown): unknown {
    if (!event.startsWith('test-file-')) return data;
    const [file, result] = data as [unknown, unknown];
    const outcome = event === 'test-file-failure' ? this.#shorten(result as Error) : result;
    return [this.#originals.get(file) ?? file, outcome];
  }

  /** A machine that refuses namespaces refuses them to each worker: the reason once is enough. */
  #shorten(error: Error & { code?: unknown }): Error {
    if (error.code !== 'ERR_MOUNTNS_NAMESPACE') return error;
    const message = this.#hasRefused
      ? `${error.message.split('\n', 1)[0]} (see the first error)`
      : error.message;
    this.#hasRefused = true;
    // Jest prints what follows the first line of a stack, and the message.
    return Object.assign(new Error(message), { code: error.code, stack: '' });
  }
}

export = MountNamespaceRunner;

function refuseWorkerThreads(): NamespaceError {
  const error = new NamespaceError({
    summary: 'mountns/jest/runner cannot run with workerThreads: true',
    why: 'a mount namespace belongs to a thread, and the thread pool that does the file operations of all threads would stay on the host',
    fix: 'remove workerThreads from the configuration of Jest: its workers are processes then',
  });
  // Jest prints the stack, and of this error it says nothing.
  error.stack = `${error.name}: ${error.message}`;
  return error;
}

const OPEN_HANDLES =
  'mountns: --detectOpenHandles looks at the process of Jest alone, and the tests run in workers: it will not find theirs';
