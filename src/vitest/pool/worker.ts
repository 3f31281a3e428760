import type { ChildProcess } from 'node:child_process';
import { Tinypool } from 'tinypool';

import { type Launcher, launchWith } from '../../namespace/launcher.cjs';
import { withPosixSpawn } from '../../processes/posix-spawn.js';
import type { Warden } from '../../processes/warden.js';
import { isWorkerMessage, type WorkerMessage } from '../protocol.js';
import { startFailure, type WorkerEnd } from './worker-failures.js';
import { type Output, WorkerProcess } from './worker-process.js';

/** What happens to a worker while it is in use. */
export interface WorkerListener {
  onVitestMessage(message: unknown): void;
  onWorkerMessage(message: WorkerMessage): void;
  /** It died, and nobody had asked it to. */
  onDeath(end: WorkerEnd): void;
}

export interface WorkerOptions {
  env: Record<string, string>;
  execArgv: string[];
  /** How its process is started where it needs a user namespace. */
  launcher: Launcher | undefined;
  output: Output;
  warden: Warden;
}

/**
 * One worker, from its start to its end: a Tinypool with one process and one task, which lasts as long.
 *
 * In a larger Tinypool tasks go to processes in the order in which these get ready. Here it has to be known which
 * is whose: a spare one can be stale, and one that dies while it starts is to be reported for its test file.
 */
export class Worker {
  /** Settles when it is in its namespace and can take messages. */
  readonly ready: Promise<void>;
  readonly process: WorkerProcess;
  listener: WorkerListener | undefined;
  hasEnded = false;
  /** Whether there was a debugger when it got ready. */
  isInspected = false;
  /** Told where its imports have led to, if it was to note that. */
  onResolutions = (_resolutions: string) => {};
  readonly #tinypool: Tinypool;
  #isReady = false;
  #settle: { resolve: () => void; reject: (error: unknown) => void } = {
    resolve: () => {},
    reject: () => {},
  };
  #post: (message: unknown) => void = () => {};

  constructor({ env, execArgv, launcher, output, warden }: WorkerOptions) {
    this.ready = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    // A spare one that does not start is no failure: whoever needs one tries again, and then gets the error.
    this.ready.catch(() => {});
    this.#tinypool = new Tinypool({
      runtime: 'child_process',
      serialization: 'advanced',
      isolateWorkers: true,
      /** Loads {@link file://./../worker/entry.ts} */
      filename: new URL('../worker/entry.js', import.meta.url).href,
      env,
      execArgv: [...(launcher?.execArgv ?? []), ...execArgv],
      minThreads: 0,
      maxThreads: 1,
    });
    // A process that dies before its task began is reported here only, and the task never settles.
    this.#tinypool.on('error', (error: Error) => void this.#fail(error));
    const channel = {
      onMessage: (post: (message: unknown) => void) => {
        this.#post = post;
      },
      postMessage: (message: unknown) => this.#receive(message),
    };
    const task = withPosixSpawn(() => launchWith(launcher, () => this.#tinypool.run({}, { channel })));
    task.catch((error: Error) => void this.#fail(error));
    this.process = new WorkerProcess(childOf(this.#tinypool), { output, warden });
  }

  send(message: unknown): void {
    if (this.hasEnded) return;
    this.process.onUse();
    this.#post(message);
  }

  /**
   * Ends it, whatever it is doing: SIGTERM, and SIGKILL after a second. Settles when it is gone and what it
   * printed was read.
   */
  async end(): Promise<void> {
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.#settle.reject(new Error('the worker was ended while it started'));
    this.process.ref();
    await this.#tinypool.destroy();
    await this.process.closed;
  }

  async #fail(error: Error): Promise<void> {
    if (this.hasEnded) return;
    this.hasEnded = true;
    // One that could not be made at all never ends. Else the error may come first, from a message to it.
    const end = isSpawnError(error) ? undefined : await this.process.closed;
    if (this.#isReady) {
      this.listener?.onDeath(end as WorkerEnd);
    } else {
      const stderr = this.process.takeStderr();
      this.#settle.reject(startFailure({ error, end, pid: this.process.pid, stderr }));
    }
  }

  #receive(message: unknown): void {
    if (!isWorkerMessage(message)) {
      this.listener?.onVitestMessage(message);
    } else if (message.mountns === 'ready') {
      this.#isReady = true;
      this.isInspected = message.isInspected;
      this.process.onReady(message.currentTaskFd);
      this.#settle.resolve();
    } else if (message.mountns === 'resolutions') {
      this.onResolutions(message.resolutions);
    } else if (message.mountns === 'deserted') {
      this.process.onDeserted();
    } else {
      this.listener?.onWorkerMessage(message);
    }
  }
}

function childOf(tinypool: Tinypool): ChildProcess {
  const [worker] = tinypool.threads as unknown as { process?: ChildProcess }[];
  if (worker?.process === undefined) throw new Error('this version of Tinypool does not show its processes');
  return worker.process;
}

function isSpawnError({ syscall }: NodeJS.ErrnoException): boolean {
  return syscall?.startsWith('spawn') ?? false;
}
