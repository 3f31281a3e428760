import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { isatty } from 'node:tty';

import { restoreSignal } from '../../native/processes.cjs';
import type { Changes } from '../copy-on-write/changes.js';
import { printable } from '../mounts/printable.js';
import { withMountNamespace } from '../scope/with-mount-namespace.js';
import type { Command } from './run.cjs';

/**
 * Runs `command` on a copy-on-write copy of the file system, tells on stderr what it changed, and ends as it did:
 * with its exit status, or by the same signal.
 *
 * @param descriptors what the command inherits
 */
export async function runCopyOnWrite(command: Command, descriptors: readonly number[]): Promise<number> {
  const { code, signal } = await withMountNamespace({ copyOnWrite: true }, async (ns) => {
    const end = await runToItsEnd(command, descriptors);
    process.stderr.on('error', () => {}).write(describe(ns.changes()));
    return end;
  });
  if (signal !== null) endBy(signal);
  return code ?? 1;
}

/** Node ignores some signals, and takes one for a request to be debugged. */
function endBy(signal: NodeJS.Signals): void {
  if (signal !== 'SIGKILL') restoreSignal(constants.signals[signal]);
  process.kill(process.pid, signal);
}

/** Stops as the command does, where the kernel lets a signal stop anyone. SIGCONT goes to both then. */
function stopBy(signal: NodeJS.Signals, handler: (signal: NodeJS.Signals) => void): void {
  process.off(signal, handler);
  process.kill(process.pid, signal);
  process.on(signal, handler);
}

interface End {
  code: number | null;
  signal: NodeJS.Signals | null;
}

async function runToItsEnd([program, ...args]: Command, descriptors: readonly number[]): Promise<End> {
  const stdio = Array.from({ length: Math.max(...descriptors, 2) + 1 }, (_, fd) =>
    descriptors.includes(fd) ? fd : 'ignore',
  );
  let child: ChildProcess;
  const pass = (signal: NodeJS.Signals) => {
    // A terminal sends these to the command, too.
    if (!OF_TERMINALS.includes(signal) || !isatty(STDIN)) child.kill(signal);
    if (STOPPING.includes(signal)) stopBy(signal, pass);
  };
  // First: whoever hears of the command may send a signal at once.
  for (const signal of PASSED_ON) process.on(signal, pass);
  try {
    child = spawn(program, args, { stdio });
    const [code, signal] = (await once(child, 'exit')) as [End['code'], End['signal']];
    return { code, signal };
  } finally {
    for (const signal of PASSED_ON) process.off(signal, pass);
  }
}

function describe(changes: Changes): string {
  const lines = (['created', 'modified', 'deleted'] as const).flatMap((kind) =>
    changes[kind].map((path) => `  ${kind.padEnd(8)} ${printable(path)}\n`),
  );
  if (lines.length === 0) return 'ns-tool: the command has changed no files\n';
  return `ns-tool: the command has changed these files, in memory only:\n${lines.join('')}`;
}

const STOPPING: readonly NodeJS.Signals[] = ['SIGTSTP', 'SIGTTIN', 'SIGTTOU'];
const OF_TERMINALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGQUIT', 'SIGWINCH', ...STOPPING];
/** All that a process can be sent and catch, but those of its own mistakes. */
const PASSED_ON: readonly NodeJS.Signals[] = [
  ...OF_TERMINALS,
  ...(['SIGHUP', 'SIGTERM', 'SIGCONT', 'SIGUSR1', 'SIGUSR2', 'SIGALRM', 'SIGVTALRM', 'SIGPROF'] as const),
  ...(['SIGABRT', 'SIGIO', 'SIGPWR', 'SIGSTKFLT', 'SIGURG', 'SIGXCPU'] as const),
];
const STDIN = 0;
