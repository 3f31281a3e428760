import { fileURLToPath } from 'node:url';

import { findNativeCode } from '../../../native/koffi.cjs';
import {
  COMPILE_CACHE,
  COPY_ON_WRITE,
  KOFFI,
  ofOwnNamespace,
  PERMISSIONS,
  WORKER_DATA,
} from '../../namespace/environment.cjs';
import type { WorkerData } from '../protocol.js';

type Environment = Partial<NodeJS.ProcessEnv>;

/** Loads {@link file://./../../register.cts} */
const preload = fileURLToPath(new URL('../../register.cjs', import.meta.url));

/**
 * The environment of a worker: the one that Vitest made for its tests, and what the preload needs.
 *
 * @param compileCache a directory for what V8 has compiled, or undefined where that would be in the way
 */
export function workerEnvironment(
  env: Environment,
  data: WorkerData,
  compileCache?: string,
): Record<string, string> {
  const { copyOnWrite, permissions } = data.options;
  const nodeOptions = env.NODE_OPTIONS;
  const isPrepended = nodeOptions !== undefined && LOADS_CODE.test(nodeOptions);
  return Object.fromEntries(
    Object.entries({
      ...env,
      ...ofOwnNamespace(),
      [COMPILE_CACHE]: compileCache,
      [KOFFI]: findNativeCode(),
      [COPY_ON_WRITE]: copyOnWrite === false ? undefined : JSON.stringify(copyOnWrite),
      [PERMISSIONS]: permissions === 'root' ? undefined : permissions,
      // Node loads what NODE_OPTIONS names before what the command line names.
      NODE_OPTIONS: isPrepended ? `--require ${quote(preload)} ${nodeOptions}` : nodeOptions,
      [WORKER_DATA]: JSON.stringify({ ...data, nodeOptions: isPrepended ? nodeOptions : undefined }),
    }).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/** The options of Node for a worker: the preload goes first, before any module of the user. */
export function workerExecArgv(execArgv: readonly string[]): string[] {
  return ['--require', preload, ...execArgv];
}

/** Whether such a worker writes a profile when it ends, or listens for a debugger: one spare would do so too. */
export function hasSideEffects(env: Environment, execArgv: readonly string[]): boolean {
  return SIDE_EFFECTS.test(allOptions(env, execArgv));
}

/** Whether such a worker runs code of the user's before its own: that can change how modules are looked for. */
export function hasOwnPreload(env: Environment, execArgv: readonly string[]): boolean {
  return LOADS_CODE.test(allOptions(env, execArgv));
}

function allOptions({ NODE_OPTIONS = '' }: Environment, execArgv: readonly string[]): string {
  return [...execArgv, NODE_OPTIONS].join(' ');
}

function quote(path: string): string {
  return `"${path.replace(/["\\]/g, '\\$&')}"`;
}

// In NODE_OPTIONS, quotation marks can be around an option that has spaces.
const LOADS_CODE = /(^|[\s"])(-r|--require|--import|--loader|--experimental-loader)\b/;
const SIDE_EFFECTS = /(^|[\s"])--(inspect|debug|prof|cpu-prof|heap-prof|diagnostic-dir)/;
