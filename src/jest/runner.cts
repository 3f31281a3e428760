/**
 * `mountns/jest/runner`, for `runner` in a configuration of Jest: its test files run in worker processes that
 * have a mount namespace of their own.
 */
import path = require('node:path');

import { withoutFrames } from '../errors/explained-error.cjs';
import { NamespaceError } from '../errors/namespace-error.cjs';
import {
  type GlobalConfig,
  type Listener,
  type TestFile,
  type TestRunner,
  type Unsubscribe,
  WORKER_EVENT,
  type WorkerConfig,
} from './jest.cjs';
import { loadJestRunner } from './load-jest-runner.cjs';
import { WorkerNamespaces } from './main-modules.js';
import { Refusals } from './refusals.cjs';
import { type ResolvedRunnerOptions, type RunnerOptions, resolveRunnerOptions } from './runner-options.cjs';
import { withWorkerEnvironment } from './worker-environment.cjs';

/** Loads {@link file://./framework.cts} */
const framework = path.join(__dirname, 'framework.cjs');

/** What Jest makes of `runner: 'mountns/jest/runner'`. It wraps the `jest-runner` of the Jest that runs. */
class MountNamespaceRunner {
  /** @internal */
  readonly supportsEventEmitters = true;
  readonly #globalConfig: GlobalConfig;
  readonly #options: ResolvedRunnerOptions;
  readonly #runner: TestRunner;
  readonly #transform: string;
  /** Jest's own objects of the test files that were handed on with another configuration. */
  readonly #originals = new Map<unknown, TestFile>();
  readonly #refusals: Refusals;
  #onSuccess: Listener = () => {};

  /** @internal */
  constructor(globalConfig: GlobalConfig, context: unknown, options: RunnerOptions = {}) {
    this.#options = resolveRunnerOptions(options);
    this.#refusals = new Refusals(this.#options.unsupported);
    if (globalConfig.workerThreads) throw refuseWorkerThreads();
    // A copy that can be changed: jest-runner reads the number of workers off it.
    this.#globalConfig = { ...globalConfig };
    const { Runner, transform } = loadJestRunner(globalConfig.rootDir);
    this.#runner = new Runner(this.#globalConfig, context);
    this.#transform = transform;
  }

  /** @internal */
  on(event: string, listener: Listener): Unsubscribe {
    if (event === 'test-file-success') this.#onSuccess = listener;
    return this.#runner.on(event, (data) => {
      if (!event.startsWith('test-file-')) return listener(data);
      const [handedOn, result] = data as [unknown, unknown];
      const file = this.#originals.get(handedOn) as TestFile;
      if (event === 'test-file-failure') return this.#onFailure(file, result, listener);
      // Not called from here: what it throws, or makes a failure, would have a frame of this function.
      return Promise.resolve([file, result]).then(listener);
    });
  }

  /** @internal */
  async runTests(tests: TestFile[], watcher: unknown, { serial }: { serial: boolean }): Promise<void> {
    if (this.#globalConfig.detectOpenHandles) process.stderr.write(`${OPEN_HANDLES}\n`);
    // `serial` is Jest's word for "in my own process, one by one". A worker does that too.
    const maxWorkers = serial ? 1 : Math.min(this.#globalConfig.maxWorkers, tests.length);
    this.#globalConfig.maxWorkers = maxWorkers;
    const files = tests.map((test) => this.#handOn(test));
    const namespaces = new WorkerNamespaces();
    const unsubscribe = this.#runner.on(WORKER_EVENT, (pid) => namespaces.add(pid as number));
    try {
      await withWorkerEnvironment({ ...this.#options, maxWorkers }, () =>
        this.#runner.runTests(files, watcher, { serial: false }),
      );
    } finally {
      unsubscribe();
      await namespaces.end();
    }
  }

  #handOn(test: TestFile): TestFile {
    const { config } = test.context;
    const workerConfig: WorkerConfig = {
      ...config,
      testRunner: framework,
      mountnsFramework: config.testRunner,
      mountnsTransform: this.#transform,
    };
    const file = { ...test, context: { ...test.context, config: workerConfig } };
    this.#originals.set(file, test);
    return file;
  }

  #onFailure(file: TestFile, error: unknown, listener: Listener): void | Promise<void> {
    const judged = this.#refusals.judge(file, error);
    if (judged === undefined || judged instanceof Error) return listener([file, judged ?? error]);
    return this.#onSuccess([file, judged]);
  }
}

/** Only Jest makes one, and knows what it has. */
export = MountNamespaceRunner as new (
  globalConfig: object,
  context: unknown,
  options?: RunnerOptions,
) => object;

function refuseWorkerThreads(): NamespaceError {
  // Jest prints the stack, and of this error it says nothing.
  return withoutFrames(
    new NamespaceError({
      summary: 'mountns/jest/runner cannot run with workerThreads: true',
      why: 'a mount namespace belongs to a thread, and the thread pool that does the file operations of all threads would stay on the host',
      fix: 'remove workerThreads from the configuration of Jest: its workers are processes then',
    }),
  );
}

const OPEN_HANDLES =
  'mountns: --detectOpenHandles looks at the process of Jest alone, and the tests run in workers: it will not find theirs';
