import { readFileSync } from 'node:fs';

import { probe } from '../../../native/unless.cjs';
import { NamespaceError } from '../../errors/namespace-error.cjs';
import { RESOLUTIONS } from '../../namespace/environment.cjs';
import { checkRuntime } from '../../support/check-runtime.js';
import { conclude } from '../../support/check-support.js';
import { Worker, type WorkerOptions } from './worker.js';

export interface WorkerPoolOptions extends WorkerOptions {
  /** Whether a worker that runs no test goes unnoticed. */
  canPrepare: boolean;
  /** Whether nothing but Node itself looks for its modules. */
  canRepeatImports: boolean;
}

/** What is known for one run of tests. In the next one the machine may give a namespace, and other files may be there. */
interface Run {
  key: object;
  /** Why there can be no worker. */
  refusal: NamespaceError | undefined;
  /** Where imports of its first workers have led to, as one has noted them; empty until one has. */
  resolutions: string;
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
  #run: Run = { key: this, refusal: undefined, resolutions: '' };

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
    if (this.#run.key !== run) this.#run = { key: run, refusal: findObstacle(), resolutions: '' };
    if (this.#run.refusal !== undefined) throw this.#run.refusal;
    if (!this.hasSpares) return this.#start();
    const mountTable = readMountTable();
    for (let spare = this.#spares.shift(); spare !== undefined; spare = this.#spares.shift()) {
      // What the host has mounted since is missing in the namespace of that one.
      if (!spare.worker.hasEnded && spare.mountTable === mountTable) return spare.worker;
      void spare.worker.end();
    }
    return this.#start();
  }

  /** The error to report for a worker that did not start: one for all that are refused in a run. */
  explain(error: unknown, run: object): unknown {
    if (!(error instanceof NamespaceError) || this.#run.key !== run) return error;
    this.#run.refusal ??= error;
    return this.#run.refusal;
  }

  /** Starts spare workers until there are `count`. */
  prepare(count: number): void {
    if (!this.#options.canPrepare) return;
    this.#spares = this.#spares.filter(({ worker }) => !worker.hasEnded);
    while (this.#spares.length < count) {
      this.#spares.push({ mountTable: readMountTable(), worker: this.#start() });
    }
  }

  async discardSpares(): Promise<void> {
    await Promise.all(this.#spares.splice(0).map(({ worker }) => worker.end()));
  }

  #start(): Worker {
    const { canRepeatImports, env, ...options } = this.#options;
    if (!canRepeatImports) return new Worker({ ...options, env });
    const run = this.#run;
    const worker = new Worker({ ...options, env: { ...env, [RESOLUTIONS]: run.resolutions } });
    worker.onResolutions = (resolutions) => {
      // The longest: each worker tells what it has so far, and then all.
      const isMore = resolutions.length > run.resolutions.length;
      if (isMore && resolutions.length < MAX_LENGTH) run.resolutions = resolutions;
    };
    return worker;
  }
}

/** Linux takes 128 KiB in a variable of the environment: execve(2). */
const MAX_LENGTH = 100_000;

/** What can be said without trying. */
function findObstacle(): NamespaceError | undefined {
  const { supported, summary = '', why, fix } = conclude(checkRuntime());
  return supported ? undefined : new NamespaceError({ summary, why, fix });
}

/** Empty where this is not Linux: the preload says so. */
function readMountTable(): string {
  return probe(() => readFileSync('/proc/self/mountinfo', 'latin1')) ?? '';
}
