import fs = require('node:fs');

import { execvp, setCloseOnExec } from '../../native/processes.cjs';
import { PARENT_PID } from './environment.cjs';
import { handOver } from './handed-host.cjs';
import { findInheritedDescriptors } from './inherited-descriptors.cjs';
import { requireUserNamespaces } from './prove-user-namespaces.cjs';
import { UNSHARE_FLAGS } from './unshare-command.cjs';

const { openSync, readFileSync } = fs;

/**
 * Starts this process anew, inside a user namespace: the same pid, arguments, environment, standard streams and
 * message channel. The preload runs again there. Returns never, but by an error.
 *
 * A process with threads can't enter a user namespace itself, and Node has threads from the start.
 *
 * @param parent the process that this one must not outlive
 */
export function reexecuteInUserNamespace(parent: number): never {
  const unshare = requireUserNamespaces();
  const initial = readInitialEnvironment();
  const channel = initial.NODE_CHANNEL_FD;
  process.env[PARENT_PID] = String(parent);
  if (channel !== undefined) {
    // Node has removed them, and expects them again.
    process.env.NODE_CHANNEL_FD = channel;
    process.env.NODE_CHANNEL_SERIALIZATION_MODE = initial.NODE_CHANNEL_SERIALIZATION_MODE ?? 'json';
  }
  for (const fd of findInheritedDescriptors()) setCloseOnExec(fd, false);
  handOver({
    fd: openSync('/proc/self/ns/mnt', 'r'),
    mountInfoFd: openSync('/proc/self/mountinfo', 'r'),
  });
  return execvp(unshare[0], [...unshare, ...UNSHARE_FLAGS, process.execPath, ...originalArguments()]);
}

/** The environment that this process was started with (proc_pid_environ(5)), whatever was changed since. */
function readInitialEnvironment(): Record<string, string> {
  const entries = readFileSync('/proc/self/environ', 'utf8').split('\0').filter(Boolean);
  return Object.fromEntries(
    entries.map((entry) => [entry.split('=', 1)[0], entry.slice(entry.indexOf('=') + 1)]),
  );
}

/** The arguments behind `node`, byte for byte. */
function originalArguments(): (string | Buffer)[] {
  const [, ...args] = splitAtNul(readFileSync('/proc/self/cmdline'));
  const text = args.map(String);
  const { execArgv, argv } = process;
  const isComplete =
    args.length >= execArgv.length + argv.length - 1 &&
    execArgv.every((option, index) => option === text[index]) &&
    argv.slice(2).every((arg, index) => arg === text.at(index - argv.length + 2));
  // A title, of --title say, is written over them.
  return isComplete ? args : [...execArgv, '--', ...argv.slice(1)];
}

function splitAtNul(bytes: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(0, start);
    parts.push(bytes.subarray(start, end === -1 ? bytes.length : end));
    start = end === -1 ? bytes.length : end + 1;
  }
  return parts;
}
