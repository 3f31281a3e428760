#!/usr/bin/env node
/**
 * The command `ns-tool`. CommonJS, so that a command can enter a namespace before Node's thread pool exists.
 */
import os = require('node:os');

import { messageOf } from '../errors/message-of.cjs';
import { UsageError } from '../errors/usage-error.cjs';
import { enterWorkerNamespace } from '../namespace/enter.cjs';
import type * as Run from './run.cjs';

/** A command: gets the arguments behind its name, returns the exit status. */
type Command = (args: string[]) => number | Promise<number>;

const COMMANDS = new Map<string, () => Promise<Command>>([
  ['doctor', async () => (await import('./commands.js')).doctorCommand],
  [
    'mount',
    async () => {
      enterWorkerNamespace();
      return (await import('./commands.js')).mountCommand;
    },
  ],
  [
    'mounts',
    async () => {
      const { mountsCommand } = await import('./commands.js');
      return (args) => mountsCommand(args, process);
    },
  ],
  // Not import(): that would start Node's thread pool.
  ['run', async () => (require('./run.cjs') as typeof Run).runCommand],
]);

async function main([name = 'help', ...args]: string[]): Promise<number> {
  const command = name.replace(/^--/, '');
  const load = COMMANDS.get(command);
  // `mounts` has more to say.
  const isAsked = load !== undefined && command !== 'mounts' && wantsHelp(args);
  // Node makes streams of what it writes to non-blocking, and a command that is run gets them as they are.
  if (isAsked || command !== 'run') {
    process.stdout.on('error', onLostOutput);
    process.stderr.on('error', () => {});
  }
  if (isAsked || command === 'help' || name === '-h') {
    process.stdout.write(USAGE);
    return 0;
  }
  if (load === undefined) throw new UsageError(`unknown command ${JSON.stringify(name)}`);
  return (await load())(args);
}

/** Whether one of the options asks for help. What follows them can be a command that `run` runs. */
function wantsHelp(args: string[]): boolean {
  const end = args.findIndex((arg) => arg === '--' || !arg.startsWith('-'));
  return args.slice(0, end === -1 ? args.length : end).some((arg) => arg === '--help' || arg === '-h');
}

/** A reader that has seen enough, `head` say, ends others by a signal that Node ignores. */
function onLostOutput({ code, message }: NodeJS.ErrnoException): never {
  if (code === 'EPIPE') process.exit(128 + os.constants.signals.SIGPIPE);
  process.stderr.write(`ns-tool: cannot write to stdout: ${message}\n`);
  process.exit(1);
}

const USAGE = `usage: ns-tool COMMAND

  doctor    try everything that tests need, and say what is in the way: doctor [--json]
  mount     mount a tmpfs in a namespace of its own, and show that the parent does not see it
  mounts    print a mount table as a tree: mounts [--host | PID] [PATH] [--json]
  run       run a command in a mount namespace of its own:
            run [--copy-on-write] [--rootless] [--] COMMAND [ARGUMENT]...
`;

main(process.argv.slice(2)).then(
  (status) => {
    process.exitCode = status;
  },
  (error: unknown) => {
    const isUsage = error instanceof UsageError;
    process.stderr.write(`ns-tool: ${messageOf(error)}\n${isUsage ? `\n${USAGE}` : ''}`);
    process.exitCode = isUsage ? 2 : 1;
  },
);
