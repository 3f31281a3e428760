import { alternate, ratio } from '../measure.mjs';
import { runProcess } from '../process.mjs';
import { makeSuite, suiteCommand } from '../suite.mjs';

/** The same suite with and without CAP_SYS_ADMIN: without, each worker is made in a user namespace. */
export default async function userNamespace({ quick }) {
  const suite = makeSuite(10);
  const without = ['setpriv', '--bounding-set', '-sys_admin', '--inh-caps', '-sys_admin', '--'];
  const { command, env } = suiteCommand('mountns');
  const run = (prefix) => () => runProcess([...prefix, ...command], { cwd: suite.directory, env });
  const results = await alternate({ rootless: run(without), root: run([]) }, { runs: quick ? 5 : 11 });
  suite.remove();
  return ['wall', 'cpu'].map((figure) => ({
    what: `10 files without root: ${figure}`,
    against: 'the same with root',
    ...ratio(results.rootless[figure], results.root[figure]),
    reach: 1.1,
  }));
}
