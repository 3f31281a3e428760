import path = require('node:path');

import { HOST_MARK, NAMESPACE_MARK, PARENT_PID } from '../namespace/environment.cjs';
import { findLauncher, launchWith } from '../namespace/launcher.cjs';

/** Loads {@link file://./preload.cts} */
const preload = path.join(__dirname, 'preload.cjs');
const requirePreload = `--require "${preload.replace(/["\\]/g, '\\$&')}"`;

/**
 * Changes the environment of this process for as long as `run` takes: jest-worker hands it to the workers that
 * it forks meanwhile, and has no other way to give them options of Node.
 */
export async function withWorkerEnvironment<T>(run: () => Promise<T>): Promise<T> {
  const changes: Record<string, string | undefined> = {
    // First, so that nothing which the user's own options load starts the thread pool before.
    NODE_OPTIONS: [requirePreload, process.env.NODE_OPTIONS].filter(Boolean).join(' '),
    // Else a worker of a Jest that runs inside a test would take the outer worker's namespace for its own.
    [NAMESPACE_MARK]: undefined,
    [HOST_MARK]: undefined,
    [PARENT_PID]: String(process.pid),
    // Its threads would be there before the preload, on the host.
    UV_USE_IO_URING: '0',
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

/** Gives a process that was started meanwhile the user's own options back: its children are no workers. */
export function restoreNodeOptions(): void {
  const options = process.env.NODE_OPTIONS ?? '';
  if (!options.startsWith(requirePreload)) return;
  const own = options.slice(requirePreload.length).trim();
  setVariables({ NODE_OPTIONS: own === '' ? undefined : own, [PARENT_PID]: undefined });
}

function setVariables(variables: Record<string, string | undefined>): void {
  for (const [name, value] of Object.entries(variables)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}
