/** The part of Jest that the runner deals with. Jest's packages may be out of reach where they are optional. */

export interface GlobalConfig {
  readonly rootDir: string;
  maxWorkers: number;
  readonly workerThreads?: boolean;
  readonly detectOpenHandles?: boolean;
}

export interface ProjectConfig {
  /** File of the test framework: jest-circus, usually. */
  readonly testRunner: string;
  readonly displayName?: unknown;
}

/** The configuration as the runner sends it to its workers. */
export interface WorkerConfig extends ProjectConfig {
  /** File of the user's own test framework. */
  readonly mountnsFramework: string;
  /** File of the user's own. */
  readonly snapshotResolver?: string | null;
  /** File of `@jest/transform`. */
  readonly mountnsTransform: string;
}

/** What `@jest/transform` exports. */
export interface Transform {
  createScriptTransformer(
    config: ProjectConfig,
  ): Promise<{ requireAndTranspileModule(file: string): Promise<unknown> }>;
}

/** A test file. */
export interface TestFile {
  readonly path: string;
  readonly context: { readonly config: ProjectConfig };
}

export type Listener = (data: unknown) => void | Promise<void>;
export type Unsubscribe = () => void;

/** What `jest-runner` exports, and what a runner of Jest has to be. */
export interface TestRunner {
  runTests(tests: TestFile[], watcher: unknown, options: { serial: boolean }): Promise<void>;
  on(event: string, listener: Listener): Unsubscribe;
}

export type TestRunnerClass = new (globalConfig: GlobalConfig, context: unknown) => TestRunner;

/** An event of jest-circus, which awaits those who get it. */
export interface TestEvent {
  readonly name: string;
  readonly concurrent?: boolean;
  readonly test?: TestBlock;
}

/** A test of jest-circus, or a `describe()`. */
export interface TestBlock {
  readonly name: string;
  readonly parent?: TestBlock;
}

/** The environment of a test file. */
export interface TestEnvironment {
  handleTestEvent?(event: TestEvent, state: unknown): void | Promise<void>;
  teardown(): Promise<void>;
}

/** What `snapshotResolver` leads to. */
export interface SnapshotResolver {
  resolveSnapshotPath(testPath: string, extension: string): string;
}

/** Runs one test file, in a worker. Returns the file's results. */
export type TestFramework = (
  globalConfig: GlobalConfig,
  config: WorkerConfig,
  environment: TestEnvironment,
  runtime: unknown,
  testPath: string,
  sendMessageToJest?: (event: string, data: unknown) => void,
) => Promise<FileResult>;

/** The results of a test file. Jest's own type has more, which is passed on as it is. */
export interface FileResult extends Record<string, unknown> {
  readonly snapshot: { readonly added: number; readonly updated: number; [name: string]: unknown };
  failureMessage?: string | null;
  testExecError?: { message: string; stack: string };
}

/** A worker sends it before it runs a test file: its pid. */
export const WORKER_EVENT = 'mountns-worker';
