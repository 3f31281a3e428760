import type { TinypoolChannel } from 'tinypool';

import { isWorkerMessage, type WorkerMessage } from '../protocol.js';
import type { WorkerEnd, WorkerProcess } from './worker-process.js';

/** What happens to a worker while it is in use. */
export interface LeaseListener {
  onVitestMessage(message: unknown): void;
  onWorkerMessage(message: WorkerMessage): void;
  /** It died, and nobody had asked it to. */
  onDeath(end: WorkerEnd, process: WorkerProcess): void;
}

/** One worker, for the use of one pool worker of Vitest: from its start to its end. */
export class Lease {
  /** Settles when the worker is in its namespace and can take messages. */
  readonly ready: Promise<void>;
  readonly channel: TinypoolChannel;
  listener: LeaseListener | undefined;
  hasEnded = false;
  process: WorkerProcess | undefined;
  readonly #abort = new AbortController();
  readonly #findProcess: (pid: number) => WorkerProcess | undefined;
  readonly #settle: { resolve: () => void; reject: (error: unknown) => void };
  #post: (message: unknown) => void = () => {};

  constructor(findProcess: (pid: number) => WorkerProcess | undefined) {
    this.#findProcess = findProcess;
    let resolve = () => {};
    let reject: (error: unknown) => void = () => {};
    this.ready = new Promise((resolveReady, rejectReady) => {
      resolve = resolveReady;
      reject = rejectReady;
    });
    this.#settle = { resolve, reject };
    this.channel = {
      onMessage: (post) => {
        this.#post = post;
      },
      postMessage: (message) => this.#receive(message),
    };
  }

  /** Aborting it makes Tinypool end the process: SIGTERM, and SIGKILL after a second. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  send(message: unknown): void {
    if (!this.hasEnded) this.#post(message);
  }

  /** Ends the worker, whatever it is doing. Settles when it is gone and what it printed was read. */
  async end(): Promise<void> {
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.#settle.reject(new Error('the worker was ended while it started'));
    this.process?.ref();
    this.#abort.abort();
    await this.process?.closed;
  }

  /** The worker did not start, or died. */
  async fail(error: unknown): Promise<void> {
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.#settle.reject(error);
    this.#abort.abort();
    if (this.process === undefined) return;
    const end = await this.process.closed;
    this.listener?.onDeath(end, this.process);
  }

  #receive(message: unknown): void {
    if (!isWorkerMessage(message)) {
      this.listener?.onVitestMessage(message);
    } else if (message.mountns === 'ready') {
      this.process = this.#findProcess(message.pid);
      this.process?.onReady(message.currentTaskFd);
      this.#settle.resolve();
    } else {
      this.listener?.onWorkerMessage(message);
    }
  }
}
