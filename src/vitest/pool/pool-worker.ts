import { EventEmitter } from 'node:events';
import { relative, resolve } from 'node:path';
import type { PoolOptions, PoolWorker, TestProject, WorkerRequest } from 'vitest/node';

import { NamespaceError } from '../../errors/namespace-error.cjs';
import type { Notice } from '../../processes/notices.js';
import { judge, type Unsupported } from '../../support/verdict.js';
import type { ResolvedOptions } from '../options.js';
import { POOL_NAME, type Whereabouts, type WorkerMessage } from '../protocol.js';
import { FilesLeft } from './files-left.js';
import { RefusedFiles, type VitestMessage } from './refused-files.js';
import { servedMounts } from './served-mounts.js';
import { SilenceWatch } from './silence-watch.js';
import { spareCount } from './spare-count.js';
import type { Worker, WorkerListener } from './worker.js';
import { death, type HangFacts, hang, type WorkerEnd } from './worker-failures.js';
import type { WorkerPool } from './worker-pool.js';
import { WorkerPools } from './worker-pools.js';

/** What Vitest holds in its hands for one worker: it starts it, sends it test files and stops it. */
export class MountNamespacePoolWorker implements PoolWorker, WorkerListener {
  readonly name = POOL_NAME;
  // Vitest would pass code through files in the temporary directory, which a test may have mounted over.
  readonly cacheFs = false;
  readonly #project: TestProject;
  readonly #pool: WorkerPool;
  /** Vitest makes a new one for each run of tests. */
  readonly #run: object;
  readonly #prewarm: number;
  readonly #unsupported: Unsupported;
  readonly #events = new EventEmitter();
  #worker: Worker | undefined;
  #refused: RefusedFiles | undefined;
  #watch: SilenceWatch | undefined;
  /** The files that it was given and has not done, the current one first. */
  #files: string[] = [];
  #lastFile: string | undefined;
  #hasPrinted = Promise.resolve();
  /** What Vitest waits for an answer to. */
  #pending: 'start' | 'stop' | undefined;
  #hang: HangFacts | undefined;
  #offCancel = () => {};

  constructor(options: PoolOptions, resolved: ResolvedOptions) {
    this.#project = options.project;
    this.#pool = WorkerPools.of(options.project.vitest).poolFor(options, resolved);
    this.#run = options.env;
    const { config, vitest } = options.project;
    const maxWorkers = Number(config.maxWorkers || vitest.config.maxWorkers);
    this.#prewarm = config.inspector.enabled ? 0 : spareCount(resolved.prewarm, maxWorkers);
    this.#unsupported = resolved.unsupported;
  }

  async start(): Promise<void> {
    const { vitest } = this.#project;
    const filesLeft = FilesLeft.of(vitest);
    this.#offCancel = vitest.onCancel(() => {
      filesLeft.clear();
      void this.#pool.discardSpares();
    });
    filesLeft.take(this.#project);
    const worker = await this.#take();
    if (worker instanceof NamespaceError) {
      this.#refused = this.#refuse(worker);
      return;
    }
    this.#prepareNext();
    if (!this.#project.config.inspector.enabled) this.#watch = this.#startWatch(worker);
  }

  /** A worker that is ready, or why there can be none on this machine. */
  async #take(): Promise<Worker | NamespaceError> {
    try {
      const { hasSpares } = this.#pool;
      const worker = this.#pool.take(this.#run);
      this.#worker = worker;
      worker.listener = this;
      // A worker takes longer to start than a small file to run. The first one of a run comes first.
      if (hasSpares) this.#prepareNext();
      await worker.ready;
      return worker;
    } catch (cause) {
      const error = this.#pool.explain(cause, this.#run);
      if (error instanceof NamespaceError) return error;
      throw error;
    }
  }

  #prepareNext(): void {
    const left = FilesLeft.of(this.#project.vitest).left(this.#project);
    this.#pool.prepare(Math.min(this.#prewarm, left));
  }

  /** Without a mount namespace no line of the files may run. */
  #refuse(error: NamespaceError): RefusedFiles {
    const verdict = judge(error, this.#unsupported);
    if ('skip' in verdict && !told.has(error)) {
      this.#project.vitest.logger.warn(`mountns: test files are skipped: ${error.message}`);
      told.add(error);
    }
    return new RefusedFiles(this.#project, verdict, (message) => this.#events.emit('message', message));
  }

  async stop(): Promise<void> {
    this.#offCancel();
    this.#watch?.stop();
    await this.#worker?.end();
    this.#printLeft();
  }

  send(message: WorkerRequest): void {
    if (this.#refused !== undefined) {
      this.#refused.receive(message as VitestMessage);
      return;
    }
    if (message.type === 'start' || message.type === 'stop') this.#pending = message.type;
    if (message.type === 'run' || message.type === 'collect') {
      const { root } = this.#project.config;
      this.#files = message.context.files.map(({ filepath }) => relative(root, filepath));
    }
    this.#watch?.hear();
    this.#worker?.send(message);
  }

  on(event: string, callback: (...args: never[]) => void): void {
    this.#events.on(event, callback as () => void);
  }

  off(event: string, callback: (...args: never[]) => void): void {
    this.#events.off(event, callback as () => void);
  }

  deserialize(data: unknown): unknown {
    return data;
  }

  onVitestMessage(message: unknown): void {
    this.#watch?.hear();
    // A test may send anything.
    const { type } = (isResponse(message) ? message : {}) as { type?: string };
    if (type === 'started' || type === 'stopped') this.#pending = undefined;
    if (type === 'testfileFinished') {
      this.#lastFile = this.#files.at(-1);
      this.#files = [];
    }
    // Else the reporters could go on in the middle of what the tests have printed.
    void this.#hasPrinted.then(() => this.#events.emit('message', message));
  }

  onWorkerMessage(message: WorkerMessage): void {
    this.#watch?.hear(message.mountns === 'alive' ? message.isInspected : undefined);
    if (message.mountns === 'printed')
      this.#hasPrinted = this.#hasPrinted.then(() => this.#worker?.process.hasPrinted(message));
    if (message.mountns === 'notice') this.#print(message.notice, message);
    if (message.mountns === 'file') this.#files = this.#files.slice(-message.left);
  }

  onDeath(end: WorkerEnd): void {
    this.#watch?.stop();
    this.#offCancel();
    const { process } = this.#worker as Worker;
    const circumstances = {
      pid: process.pid as number,
      files: this.#files,
      lastFile: this.#lastFile,
      ...process.readCurrentTask(),
    };
    const error = this.#hang === undefined ? death(end, circumstances) : hang(this.#hang, circumstances);
    this.#printLeft();
    if (this.#pending !== undefined) {
      // Vitest 4 waits a minute for this answer, whatever happens to the worker.
      const type = this.#pending === 'start' ? 'started' : 'stopped';
      this.#events.emit('message', { type, error, __vitest_worker_response__: true });
      return;
    }
    // After its last messages.
    void this.#hasPrinted.then(() => {
      this.#emitToVitest('error', error);
      // It lets go of the worker only then; what it says itself about the exit nobody listens to any more.
      this.#emitToVitest('exit', end.exitCode ?? null, end.signal ?? null);
    });
  }

  /** Processes that were still there when the worker had ended. */
  #printLeft(): void {
    const process = this.#worker?.process;
    if (process?.left === undefined) return;
    this.#print(process.left, { file: this.#files[0] ?? this.#lastFile, ...process.readCurrentTask() });
  }

  #print(notice: Notice, { file = '', test }: Whereabouts): void {
    const { config, vitest } = this.#project;
    const where = relative(config.root, resolve(config.root, file)) || 'no test file';
    WorkerPools.of(vitest).print(notice, test === undefined ? where : `${where}, test "${test}"`);
  }

  #emitToVitest(event: 'error' | 'exit', ...args: unknown[]): void {
    try {
      if (this.#events.listenerCount(event) > 0) this.#events.emit(event, ...args);
    } catch (error) {
      if ((error as { code?: string }).code !== 'ERR_UNHANDLED_ERROR' && event !== 'exit') throw error;
    }
  }

  #startWatch({ process, isInspected }: Worker): SilenceWatch {
    const { testTimeout, hookTimeout } = this.#project.config;
    return new SilenceWatch({
      pid: process.pid as number,
      isInspected,
      limit: () => {
        const limits = [testTimeout, hookTimeout, process.readCurrentTask().timeout ?? testTimeout];
        // 0 means: no limit.
        return Math.max(...limits.map((limit) => limit || Number.POSITIVE_INFINITY));
      },
      onSilence: (seconds, state) => {
        this.#hang = { seconds, state, servers: state === 'R' ? [] : servedMounts(process.pid as number) };
        process.kill();
      },
      onStop: () =>
        this.#print(
          {
            summary: `worker ${process.pid} is stopped (state T) and waits for SIGCONT`,
            fix: `kill -CONT ${process.pid}`,
          },
          { file: this.#files[0], ...process.readCurrentTask() },
        ),
    });
  }
}

/** An answer of Vitest's worker to a request, not one of its calls. */
function isResponse(message: unknown): boolean {
  return typeof message === 'object' && message !== null && '__vitest_worker_response__' in message;
}

/** Refusals that were explained: each once. */
const told = new WeakSet<NamespaceError>();
