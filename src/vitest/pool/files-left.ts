import type { TestProject, TestSpecification, Vitest } from 'vitest/node';

import { POOL_NAME } from '../protocol.js';
import { WorkerPools } from './worker-pools.js';

/** How many test files of this run have no worker yet. Spare workers are made only for these. */
export class FilesLeft {
  readonly #counts = new Map<TestProject, number>();

  /** Follows the runs of `vitest`, from its next one on. */
  static follow(vitest: Vitest): void {
    const { config } = vitest;
    if (all.has(config)) return;
    const filesLeft = new FilesLeft();
    all.set(config, filesLeft);
    config.reporters.push({
      onTestRunStart: async (specifications) => filesLeft.#count(await sharded(specifications, vitest)),
      onTestRunEnd: async () => {
        filesLeft.clear();
        await WorkerPools.of(vitest).discardSpares();
      },
    });
  }

  static of(vitest: Vitest): FilesLeft {
    return all.get(vitest.config) ?? new FilesLeft();
  }

  /** A file of `project` gets its worker. */
  take(project: TestProject): void {
    this.#counts.set(project, Math.max(0, this.left(project) - 1));
  }

  left(project: TestProject): number {
    return this.#counts.get(project) ?? 0;
  }

  clear(): void {
    this.#counts.clear();
  }

  #count(specifications: readonly TestSpecification[]): void {
    this.clear();
    for (const { pool, project } of specifications) {
      // Without isolation a worker goes on with the next file by itself.
      if (pool !== POOL_NAME || !project.config.isolate) continue;
      this.#counts.set(project, this.left(project) + 1);
    }
  }
}

/** Vitest 4 tells its reporters of all files, and takes its shard of them afterwards. */
async function sharded(specifications: readonly TestSpecification[], vitest: Vitest) {
  if (vitest.config.shard === undefined || !vitest.version.startsWith('4.')) return specifications;
  const { sequencer: Sequencer } = vitest.config.sequence;
  return new Sequencer(vitest).shard([...specifications]);
}

/** When its configuration has changed, a Vitest has another one, and other reporters. */
const all = new WeakMap<Vitest['config'], FilesLeft>();
