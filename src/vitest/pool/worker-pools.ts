import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { PoolOptions, TestProject, Vitest } from 'vitest/node';

import { formatExplanation } from '../../errors/explained-error.cjs';
import { findLauncher } from '../../namespace/launcher.cjs';
import type { Notice } from '../../processes/notices.js';
import { Warden } from '../../processes/warden.js';
import type { ResolvedOptions } from '../options.js';
import { findsVitest } from './finds-vitest.js';
import { OutputStream } from './output-stream.js';
import { hasOwnPreload, hasSideEffects, workerEnvironment, workerExecArgv } from './worker-environment.js';
import { WorkerPool } from './worker-pool.js';
import type { Output } from './worker-process.js';

/** The pools of one Vitest: one for each set of equal workers. */
export class WorkerPools {
  readonly #vitest: Vitest;
  readonly #pools = new Map<string, WorkerPool>();
  readonly #output: Output;
  readonly #warden = new Warden();
  /** What other workers may say again. */
  readonly #printed = new Set<string>();

  private constructor(vitest: Vitest) {
    this.#vitest = vitest;
    const { outputStream, errorStream } = vitest.logger;
    this.#output = { stdout: new OutputStream(outputStream), stderr: new OutputStream(errorStream) };
    vitest.onClose(() => this.#close());
  }

  static of(vitest: Vitest): WorkerPools {
    let pools = all.get(vitest);
    if (pools === undefined) {
      pools = new WorkerPools(vitest);
      all.set(vitest, pools);
    }
    return pools;
  }

  poolFor({ env, execArgv, distPath, project }: PoolOptions, options: ResolvedOptions): WorkerPool {
    const compileCache = compileCacheOf(project);
    const key = JSON.stringify([distPath, Object.entries(env).sort(), execArgv, options, compileCache]);
    let pool = this.#pools.get(key);
    if (pool === undefined) {
      const vitestWorker = pathToFileURL(join(distPath, 'worker.js')).href;
      const isLookedForByNode = !hasOwnPreload(env, project.config.execArgv);
      const data = { vitestWorker, findsVitest: isLookedForByNode && findsVitest(vitestWorker), options };
      pool = new WorkerPool({
        env: workerEnvironment(env, data, compileCache),
        execArgv: workerExecArgv(execArgv),
        launcher: findLauncher(),
        output: this.#output,
        warden: this.#warden,
        canPrepare: !hasSideEffects(env, execArgv),
        canRepeatImports: isLookedForByNode,
      });
      this.#pools.set(key, pool);
    }
    return pool;
  }

  /**
   * Prints a notice.
   *
   * @param where the file and the test that it is about
   */
  print(notice: Notice, where: string): void {
    const text = formatExplanation(notice);
    if (!notice.isShared) this.#vitest.logger.warn(`mountns: ${where}: ${text}`);
    else if (!this.#printed.has(text)) {
      this.#printed.add(text);
      this.#vitest.logger.warn(`mountns: ${text}`);
    }
  }

  async discardSpares(): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.discardSpares()));
  }

  async #close(): Promise<void> {
    // After a change of its configuration Vitest goes on.
    all.delete(this.#vitest);
    await this.discardSpares();
    await this.#warden.close();
  }
}

/** Coverage of a function that V8 has not compiled itself is less precise, says Node. */
function compileCacheOf({ vite, vitest }: TestProject): string | undefined {
  return vitest.config.coverage.enabled ? undefined : join(vite.config.cacheDir, 'mountns');
}

const all = new WeakMap<Vitest, WorkerPools>();
