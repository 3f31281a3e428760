import os from 'node:os';
import { alternate, ratio } from '../measure.mjs';
import { runProcess } from '../process.mjs';
import { makeSuite, suiteCommand } from '../suite.mjs';

const REACH = {
  default: { forks: { wall: 0.65, memory: 1.2 }, threads: { wall: 1 } },
  cores: { forks: { wall: NEWER() ? 0.85 : 0.97, cpu: NEWER() ? 0.85 : 0.97, memory: 1.2 } },
};

function side(run, options) {
  return alternate({ mountns: run('mountns'), forks: run('forks'), threads: run('threads') }, options);
}

function NEWER() {
  return Number(process.versions.node.split('.')[0]) >= 22;
}

/** Small files in Vitest's own pools and in this one, side by side. */
export default async function suites({ quick }) {
  const rows = [];
  for (const count of quick ? [20] : [20, 200]) {
    const suite = makeSuite(count);
    for (const workers of ['default', 'cores']) {
      for (const isolate of [true, false]) {
        const maxWorkers = workers === 'cores' ? os.availableParallelism() : undefined;
        const run = (memory) => (pool) => () => {
          const { command, env } = suiteCommand(pool, { isolate, workers: maxWorkers });
          return runProcess(command, { cwd: suite.directory, memory, env });
        };
        const isLong = count === 200;
        // The long one is its own warm-up, and needs no more memory than the short one.
        const results = await side(run(false), isLong ? { runs: 1, warmUp: 0 } : { runs: quick ? 2 : 5 });
        const memory = isLong ? {} : await side(run(true), { runs: quick ? 1 : 3, warmUp: 0 });
        const what = `${count} files, maxWorkers ${workers}, isolate ${isolate}`;
        for (const against of ['forks', 'threads']) {
          for (const [figure, { mountns, [against]: other }] of [
            ['wall', results],
            ['cpu', results],
            ...(isLong ? [] : [['memory', memory]]),
          ]) {
            rows.push({
              what: `${what}: ${figure}`,
              against,
              ...ratio(mountns[figure], other[figure]),
              reach: isolate || figure === 'memory' ? REACH[workers][against]?.[figure] : undefined,
            });
          }
        }
      }
    }
    suite.remove();
  }
  return rows;
}
