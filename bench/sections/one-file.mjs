import { alternate, ratio } from '../measure.mjs';
import { runProcess } from '../process.mjs';
import { makeSuite, vitest } from '../suite.mjs';

/** A run of one small file: nothing hides the start of a worker. */
export default async function oneFile({ quick }) {
  const suite = makeSuite(1);
  const run = (pool) => () => runProcess(vitest, { cwd: suite.directory, env: { POOL: pool } });
  const results = await alternate({ mountns: run('mountns'), forks: run('forks') }, { runs: quick ? 5 : 15 });
  suite.remove();
  return [
    {
      what: 'one small file: wall',
      against: 'forks',
      ...ratio(results.mountns.wall, results.forks.wall),
      reach: 1.05,
    },
  ];
}
