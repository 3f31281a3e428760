import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { isatty } from 'node:tty';

import type { Changes } from '../copy-on-write/changes.js';
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
    process.stderr.write(describe(ns.changes()));
    return end;
  });
  if (signal !== null) process.kill(process.pid, signal);
  return code ?? 1;
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
  const handlers = [...FOR_BOTH, ...FOR_THE_COMMAND].map((signal) => {
    // A terminal sends these to the command, too.
    const isSent = FOR_BOTH.includes(signal) && isatty(STDIN);
    return { signal, handler: isSent ? () => {} : () => void child.kill(signal) };
  });
  // First: whoever hears of the command may send a signal at once.
  for (const { signal, handler } of handlers) process.on(signal, handler);
  try {
    child = spawn(program, args, { stdio });
    const [code, signal] = (await once(child, 'exit')) as [End['code'], End['signal']];
    return { code, signal };
  } finally {
    for (const { signal, handler } of handlers) process.off(signal, handler);
  }
}

function describe(changes: Changes): string {
  const lines = (['created', 'modified', 'deleted'] as const).flatMap((kind) =>
    changes[kind].map((path) => `  ${kind.padEnd(8)} ${path}\n`),
  );
  if (lines.length === 0) return 'ns-tool: the command has changed no files\n';
  return `ns-tool: the command has changed these files, in memory only:\n${lines.join('')}`;
}

const FOR_BOTH: readonly NodeJS.Signals[] = ['SIGINT', 'SIGQUIT'];
const FOR_THE_COMMAND: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGHUP', 'SIGUSR2'];
const STDIN = 0;
