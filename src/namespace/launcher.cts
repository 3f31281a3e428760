import fs = require('node:fs');

import { CAP_SYS_ADMIN } from '../../native/constants.cjs';
import { hasCapability, STATUS } from '../obstacles/process-status.cjs';
import { HOST_DESCRIPTORS } from './environment.cjs';
import { tryUserNamespaces } from './prove-user-namespaces.cjs';
import { isExecutable, UNSHARE_FLAGS } from './unshare-command.cjs';

const { existsSync } = fs;

/** How to start a Node process: `child_process.fork` with this `execPath`, and these in front of its `execArgv`. */
export interface Launcher {
  execPath: string;
  execArgv: string[];
}

/**
 * How to start a process that is in a user namespace from its first instruction on. The preload does the same
 * to any process, but at the price of starting Node twice.
 *
 * Undefined where processes need no user namespace, and where none can be made: then the preload says why.
 */
export function findLauncher(): Launcher | undefined {
  if (process.platform !== 'linux' || !existsSync(STATUS)) return undefined;
  if (hasCapability(CAP_SYS_ADMIN) || !isExecutable(SHELL)) return undefined;
  const tried = tryUserNamespaces();
  if ('refusal' in tried) return undefined;
  return {
    execPath: SHELL,
    execArgv: ['-c', SCRIPT, 'sh', ...tried.command, ...UNSHARE_FLAGS, process.execPath],
  };
}

/** Runs `start`; what it forks with `process.execPath` is started by `launcher`. */
export function launchWith<T>(launcher: Launcher | undefined, start: () => T): T {
  if (launcher === undefined) return start();
  const { execPath } = process;
  process.execPath = launcher.execPath;
  try {
    return start();
  } finally {
    process.execPath = execPath;
  }
}

const SHELL = '/bin/sh';

// fork(3) of libuv passes on the standard streams and the channel, so 8 and 9 are free; a POSIX shell knows no
// higher ones. The shell stays on the host until the last line.
const SCRIPT = `exec 8</proc/self/mountinfo 9</proc/self/ns/mnt || exit
export ${HOST_DESCRIPTORS}=9:8
exec "$@"`;
