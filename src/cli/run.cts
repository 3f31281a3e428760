import os = require('node:os');

import { execvp, restoreSignal, setCloseOnExec, setParentDeathSignal } from '../../native/processes.cjs';
import { SystemCallError } from '../../native/system-call-error.cjs';
import { enterWorkerNamespace } from '../namespace/enter.cjs';
import { HOST_MARK, NAMESPACE_MARK } from '../namespace/environment.cjs';
import { findInheritedDescriptors } from '../namespace/inherited-descriptors.cjs';

/**
 * `ns-tool run`: this process gets a mount namespace of its own and becomes the command, so that its exit status,
 * signals and terminal are the command's. Returns only where that fails, with the status of env(1): 127 when
 * there is no such command, 126 when it can't be executed.
 */
export function runCommand(args: string[]): number {
  const { options, command } = parseArguments(args);
  const descriptors = findInheritedDescriptors();
  // Inside a namespace of this package it makes one more.
  for (const mark of [NAMESPACE_MARK, HOST_MARK]) delete process.env[mark];
  enterWorkerNamespace({ isRootless: options.has('--rootless') });
  for (const fd of descriptors) setCloseOnExec(fd, false);
  for (const name of IGNORED_BY_NODE) restoreSignal(os.constants.signals[name]);
  // A command may outlive the shell that has started it.
  setParentDeathSignal(0);
  try {
    return execvp(command[0], command);
  } catch (error) {
    if (!(error instanceof SystemCallError)) throw error;
    process.stderr.write(`ns-tool: cannot run ${command[0]}: ${error.message}\n`);
    return error.code === 'ENOENT' ? 127 : 126;
  }
}

type Command = [program: string, ...args: string[]];

function parseArguments(args: string[]): { options: Set<string>; command: Command } {
  const options = new Set<string>();
  let first = 0;
  for (; args[first]?.startsWith('-'); first++) {
    const option = args[first] as string;
    if (option === '--') {
      first++;
      break;
    }
    if (!OPTIONS.includes(option)) {
      throw new TypeError(`unknown option of run: ${option}; known are ${OPTIONS.join(', ')}`);
    }
    options.add(option);
  }
  const [program, ...rest] = args.slice(first);
  if (program === undefined)
    throw new TypeError('run needs a command: ns-tool run [--rootless] [--] COMMAND');
  return { options, command: [program, ...rest] };
}

const OPTIONS = ['--rootless'];
const IGNORED_BY_NODE = ['SIGPIPE', 'SIGXFSZ'] as const;
