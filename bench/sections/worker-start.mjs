import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { installed, preload } from '../installed.mjs';
import { alternate, ratio, summarise } from '../measure.mjs';
import { runProcess } from '../process.mjs';

/** What koffi, entering and the self-check add to a process. */
export default async function workerStart({ quick }) {
  // The pool gives its workers both.
  const compileCache = fs.mkdtempSync(path.join(os.tmpdir(), 'mountns-bench-'));
  const koffi = fs.realpathSync(path.join(installed, `node_modules/@koromix/${NATIVE_CODE}`));
  const env = { MOUNTNS_NAMESPACE: '', MOUNTNS_COMPILE_CACHE: compileCache, MOUNTNS_KOFFI: koffi };
  const node =
    (...args) =>
    () =>
      runProcess([process.execPath, ...args, '-e', '0'], { env });
  const { withPreload, without } = await alternate(
    { withPreload: node('--require', preload), without: node() },
    { runs: quick ? 11 : 41 },
  );
  fs.rmSync(compileCache, { recursive: true });
  const added = summarise(withPreload.wall.map((wall, index) => wall - without.wall[index]));
  return [
    {
      what: 'start of a process: wall',
      against: 'without the preload',
      ...ratio(withPreload.wall, without.wall),
    },
    {
      what: 'start of a process: added milliseconds',
      against: 'without the preload',
      ...added,
      unit: 'ms',
      reach: 10,
    },
  ];
}

/** On glibc. */
const NATIVE_CODE = `koffi-linux-${process.arch}/linux_${process.arch}/koffi.node`;
