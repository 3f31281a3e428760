import {
  COPY_ON_WRITE,
  JEST_INSPECT,
  LEAKS,
  ofOwnNamespace,
  PERMISSIONS,
} from '../namespace/environment.cjs';
import { findLauncher, launchWith } from '../namespace/launcher.cjs';
import { findInspectRequest } from './inspect.cjs';
import { addPreload } from './preload-option.cjs';
import type { ResolvedRunnerOptions } from './runner-options.cjs';

/** What workers are to be like. */
export interface WorkerKind extends ResolvedRunnerOptions {
  maxWorkers: number;
}

/**
 * Changes the environment of this process for as long as `run` takes: jest-worker hands it to the workers that
 * it forks meanwhile, and has no other way to give them options of Node.
 */
export async function withWorkerEnvironment<T>(
  { maxWorkers, copyOnWrite, permissions, leaks }: WorkerKind,
  run: () => Promise<T>,
): Promise<T> {
  const changes: Record<string, string | undefined> = {
    NODE_OPTIONS: addPreload(process.env.NODE_OPTIONS),
    ...ofOwnNamespace(),
    [COPY_ON_WRITE]: JSON.stringify(copyOnWrite),
    [PERMISSIONS]: permissions,
    [LEAKS]: leaks,
    // Several could not share the port.
    [JEST_INSPECT]: maxWorkers === 1 ? findInspectRequest(process.execArgv) : undefined,
  };
  const before = Object.fromEntries(Object.keys(changes).map((name) => [name, process.env[name]]));
  setVariables(changes);
  try {
    return await launchWorkers(run);
  } finally {
    setVariables(before);
  }
}

/**
 * jest-worker forks its workers as soon as `run` begins: without privileges, they start in a user namespace. One
 * that it forks later, in place of another, gets there through the preload.
 */
function launchWorkers<T>(run: () => Promise<T>): Promise<T> {
  const launcher = findLauncher();
  if (launcher === undefined) return run();
  const { execArgv } = process;
  process.execArgv = [...launcher.execArgv, ...execArgv];
  try {
    return launchWith(launcher, run);
  } finally {
    process.execArgv = execArgv;
  }
}

function setVariables(variables: Record<string, string | undefined>): void {
  for (const [name, value] of Object.entries(variables)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}
