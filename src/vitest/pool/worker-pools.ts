import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { PoolOptions, Vitest } from 'vitest/node';

import { findLauncher } from '../../namespace/launcher.cjs';
import type { ResolvedOptions } from '../options.js';
import { OutputStream } from './output-stream.js';
import { hasSideEffects, workerEnvironment, workerExecArgv } from './worker-environment.js';
import { WorkerPool } from './worker-pool.js';
import type { Output } from './worker-process.js';

/** The pools of one Vitest: one for each set of equal workers. */
export class WorkerPools {
  readonly #pools = new Map<string, WorkerPool>();
  readonly #output: Output;

  private constructor(vitest: Vitest) {
    const { outputStream, errorStream } = vitest.logger;
    this.#output = { stdout: new OutputStream(outputStream), stderr: new OutputStream(errorStream) };
    vitest.onClose(() => this.discardSpares());
  }

  static of(vitest: Vitest): WorkerPools {
    let pools = all.get(vitest);
    if (pools === undefined) {
      pools = new WorkerPools(vitest);
      all.set(vitest, pools);
    }
    return pools;
  }

  poolFor({ env, execArgv, distPath }: PoolOptions, options: ResolvedOptions): WorkerPool {
    const key = JSON.stringify([distPath, Object.entries(env).sort(), execArgv, options]);
    let pool = this.#pools.get(key);
    if (pool === undefined) {
      const vitestWorker = pathToFileURL(join(distPath, 'worker.js')).href;
      pool = new WorkerPool({
        env: workerEnvironment(env, { vitestWorker, options }),
        execArgv: workerExecArgv(execArgv),
        launcher: findLauncher(),
        output: this.#output,
        canPrepare: !hasSideEffects(env, execArgv),
      });
      this.#pools.set(key, pool);
    }
    return pool;
  }

  async discardSpares(): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.discardSpares()));
  }
}

const all = new WeakMap<Vitest, WorkerPools>();
