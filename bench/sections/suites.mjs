import os from 'node:os';
import { alternate, ratio } from '../measure.mjs';
import { runProcess } from '../process.mjs';
import { makeSuite, suiteCommand } from '../suite.mjs';

const REACH = {
  default: { forks: { wall: 0.65 }, threads: { wall: 1 } },
  cores: { forks: { wall: NEWER() ? 0.85 : 0.97, cpu: NEWER() ? 0.85 : 0.97 } },
};

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
        const run = (pool) => () => {
          const maxWorkers = workers === 'cores' ? os.availableParallelism() : undefined;
          const { command, env } = suiteCommand(pool, { isolate, workers: maxWorkers });
          return runProcess(command, { cwd: suite.directory, memory: true, env });
        };
        const results = await alternate(
          { mountns: run('mountns'), forks: run('forks'), threads: run('threads') },
          // The long one is its own warm-up.
          count === 200 ? { runs: 1, warmUp: 0 } : { runs: quick ? 2 : 5 },
        );
        const what = `${count} files, maxWorkers ${workers}, isolate ${isolate}`;
        for (const against of ['forks', 'threads']) {
          for (const figure of ['wall', 'cpu', 'memory']) {
            rows.push({
              what: `${what}: ${figure}`,
              against,
              ...ratio(results.mountns[figure], results[against][figure]),
              reach:
                figure === 'memory'
                  ? against === 'forks'
                    ? 1.2
                    : undefined
                  : isolate
                    ? REACH[workers][against]?.[figure]
                    : undefined,
            });
          }
        }
      }
    }
    suite.remove();
  }
  return rows;
}
