#!/usr/bin/env node
/**
 * The command `ns-tool`. CommonJS, so that a command can enter a namespace before Node's thread pool exists.
 */
import { enterWorkerNamespace } from '../namespace/enter.cjs';
import type * as Run from './run.cjs';

/** A command: gets the arguments behind its name, returns the exit status. */
type Command = (args: string[]) => number | Promise<number>;

const COMMANDS: Record<string, () => Promise<Command>> = {
  doctor: async () => (await import('./doctor.js')).doctorCommand,
  mount: async () => {
    enterWorkerNamespace();
    return (await import('./mount.js')).mountCommand;
  },
  mounts: async () => {
    const { mountsCommand } = await import('./mounts.js');
    return (args) => mountsCommand(args, process);
  },
  // Not import(): that would start Node's thread pool.
  run: async () => (require('./run.cjs') as typeof Run).runCommand,
};

async function main([name = 'help', ...args]: string[]): Promise<number> {
  if (name === 'help' || name === '--help' || name === '-h') {
    process.stdout.write(USAGE);
    return 0;
  }
  const load = COMMANDS[name.replace(/^--/, '')];
  if (load === undefined) {
    process.stderr.write(`ns-tool: unknown command ${JSON.stringify(name)}\n${USAGE}`);
    return 2;
  }
  return (await load())(args);
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
    process.stderr.write(`ns-tool: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  },
);
