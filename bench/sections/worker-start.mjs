import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { installed, preload } from '../installed.mjs';
import { alternate, ratio, summarise } from '../measure.mjs';
import { runProcess } from '../process.mjs';

/** What koffi, entering and the self-check add to a worker of Vitest, and to a process that does nothing else. */
export default async function workerStart({ quick }) {
  // The pool gives its workers both. So that the rest is the same, the worker without the preload gets the first as well.
  const compileCache = fs.mkdtempSync(path.join(os.tmpdir(), 'mountns-bench-'));
  const koffi = fs.realpathSync(path.join(installed, `node_modules/@koromix/${NATIVE_CODE}`));
  const withPreload = { MOUNTNS_NAMESPACE: '', MOUNTNS_COMPILE_CACHE: compileCache, MOUNTNS_KOFFI: koffi };
  const without = { NODE_COMPILE_CACHE: compileCache };
  const node = (args, env) => () => runProcess([process.execPath, ...args], { cwd: installed, env });
  const rows = [];
  for (const [what, script, reach] of [
    ['start of a worker', [path.join(installed, 'bench/worker.mjs')], 10],
    ['start of a process', ['-e', '0']],
  ]) {
    const results = await alternate(
      { own: node(['--require', preload, ...script], withPreload), other: node(script, without) },
      { runs: quick ? 11 : 41 },
    );
    const added = summarise(results.own.wall.map((wall, index) => wall - results.other.wall[index]));
    const against = 'without the preload';
    rows.push({ what: `${what}: wall`, against, ...ratio(results.own.wall, results.other.wall) });
    rows.push({ what: `${what}: added milliseconds`, against, ...added, unit: 'ms', reach });
  }
  fs.rmSync(compileCache, { recursive: true });
  return rows;
}

/** On glibc. */
const NATIVE_CODE = `koffi-linux-${process.arch}/linux_${process.arch}/koffi.node`;
