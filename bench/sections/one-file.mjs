import { alternate, ratio } from '../measure.mjs';
import { runProcess } from '../process.mjs';
import { makeSuite, suiteCommand } from '../suite.mjs';

/** A run of one small file: nothing hides the start of a worker. */
export default async function oneFile({ quick }) {
  const suite = makeSuite(1);
  const run = (pool) => () => {
    const { command, env } = suiteCommand(pool);
    return runProcess(command, { cwd: suite.directory, env });
  };
  const results = await alternate({ mountns: run('mountns'), forks: run('forks') }, { runs: quick ? 5 : 15 });
  suite.remove();
  return ['wall', 'cpu'].map((figure) => ({
    what: `one small file: ${figure}`,
    against: 'forks',
    ...ratio(results.mountns[figure], results.forks[figure]),
    reach: figure === 'wall' ? 1.05 : undefined,
  }));
}
