import fs from 'node:fs';

import { NamespaceError } from '../../errors/namespace-error.cjs';
import { checkRuntime } from '../../support/check-runtime.js';
import { conclude } from '../../support/check-support.js';
import { Worker, type WorkerOptions } from './worker.js';

export interface WorkerPoolOptions extends WorkerOptions {
  /** Whether a worker that runs no test goes unnoticed. */
  canPrepare: boolean;
}

interface Spare {
  worker: Worker;
  /** The host's when it was started. */
  mountTable: string;
}

/** The workers that are equal: one environment, one set of Node options. It keeps the spare ones. */
export class WorkerPool {
  readonly #options: WorkerPoolOptions;
  #spares: Spare[] = [];
  #refusal: { error: NamespaceError; run: object } | undefined;

  constructor(options: WorkerPoolOptions) {
    this.#options = options;
  }

  get hasSpares(): boolean {
    return this.#spares.length > 0;
  }

  /**
   * A worker, from the spare ones if there is one that is as good as new. `run` is the same object for one run of
   * tests: a machine that has refused a namespace is asked again only in the next.
   *
   * @throws {NamespaceError} when the machine has refused.
   */
  take(run: object): Worker {
    if (this.#refusal?.run === run) throw this.#refusal.error;
    const { supported, summary = '', why, fix } = conclude(checkRuntime());
    if (!supported) throw this.explain(new NamespaceError({ summary, why, fix }), run);
    const mountTable = readMountTable();
    for (let spare = this.#spares.shift(); spare !== undefined; spare = this.#spares.shift()) {
      // What the host has mounted since is missing in the namespace of that one.
      if (!spare.worker.hasEnded && spare.mountTable === mountTable) return spare.worker;
      void spare.worker.end();
    }
    return new Worker(this.#options);
  }

  /** The error to report for a worker that did not start: one for all that are refused in a run. */
  explain(error: unknown, run: object): unknown {
    if (!(error instanceof NamespaceError)) return error;
    if (this.#refusal?.run !== run) this.#refusal = { error, run };
    return this.#refusal.error;
  }

  /** Starts spare workers until there are `count`. */
  prepare(count: number): void {
    if (!this.#options.canPrepare) return;
    this.#spares = this.#spares.filter(({ worker }) => !worker.hasEnded);
    while (this.#spares.length < count) {
      this.#spares.push({ mountTable: readMountTable(), worker: new Worker(this.#options) });
    }
  }

  async discardSpares(): Promise<void> {
    await Promise.all(this.#spares.splice(0).map(({ worker }) => worker.end()));
  }
}

function readMountTable(): string {
  try {
    return fs.readFileSync('/proc/self/mountinfo', 'latin1');
  } catch {
    // Not Linux: the preload says so.
    return '';
  }
}
