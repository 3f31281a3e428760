import fs = require('node:fs');
import os = require('node:os');

import { quoted } from '../../native/arguments.cjs';
import { decodePath, ESCAPED_BYTE } from '../../native/path-bytes.cjs';
import { execvp, restoreSignal, setCloseOnExec, setParentDeathSignal } from '../../native/processes.cjs';
import { SystemCallError } from '../../native/system-call-error.cjs';
import { UsageError } from '../errors/usage-error.cjs';
import { enterWorkerNamespace } from '../namespace/enter.cjs';
import { HOST_MARK, NAMESPACE_MARK } from '../namespace/environment.cjs';
import { findInheritedDescriptors } from '../namespace/inherited-descriptors.cjs';

const { readFileSync } = fs;

/**
 * `ns-tool run`: this process gets a mount namespace of its own and becomes the command, so that its exit status,
 * signals and terminal are the command's. With --copy-on-write the command is a child, whose end it shares after
 * it has told what was changed.
 *
 * @returns where there was no command to become, the status of env(1): 127 when there is none of that name, 126
 *   when it can't be executed
 */
export async function runCommand(args: string[]): Promise<number> {
  // Node has decoded what is not UTF-8, too.
  const original = (arg: string, index: number) =>
    (arg.includes('\ufffd') && readTexts('cmdline').at(index - args.length - 1)) || arg;
  const { options, command } = parseArguments(args.map(original));
  const isCopyOnWrite = options.has('--copy-on-write');
  const foreign =
    isCopyOnWrite && [...command, ...readTexts('environ')].find((text) => ESCAPED_BYTE.test(text));
  if (foreign) throw new UsageError(`--copy-on-write hands on UTF-8 only, received ${quoted(foreign)}`);
  const descriptors = findInheritedDescriptors();
  forgetNamespace();
  enterWorkerNamespace({ isRootless: options.has('--rootless') });
  // A process of the command that loads the preload gets a namespace of its own.
  forgetNamespace();
  // A command may outlive the shell that has started it.
  setParentDeathSignal(0);
  try {
    // No program has an empty name, and Node starts none for it.
    if (!isCopyOnWrite || command[0] === '') return become(command, descriptors);
    const { runCopyOnWrite } = await import('./commands.js');
    return await runCopyOnWrite(command, descriptors);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (!(error instanceof SystemCallError) && !isSpawnError(error)) throw error;
    process.stderr.write(`ns-tool: cannot run ${command[0]}: ${message}\n`);
    return code === 'ENOENT' ? 127 : 126;
  }
}

/** What this process was started with, for encodePath(). */
function readTexts(name: 'cmdline' | 'environ'): string[] {
  return decodePath(readFileSync(`/proc/self/${name}`)).split('\0');
}

function become(command: Command, descriptors: readonly number[]): never {
  for (const fd of descriptors) setCloseOnExec(fd, false);
  for (const name of IGNORED_BY_NODE) restoreSignal(os.constants.signals[name]);
  return execvp(command[0], command);
}

function forgetNamespace(): void {
  for (const mark of [NAMESPACE_MARK, HOST_MARK]) delete process.env[mark];
}

function isSpawnError(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).syscall?.startsWith('spawn') ?? false;
}

/** A program and its arguments. */
export type Command = [program: string, ...args: string[]];

function parseArguments(args: string[]): { options: Set<string>; command: Command } {
  const options = new Set<string>();
  let first = 0;
  for (; args[first]?.startsWith('-'); first++) {
    const option = args[first] as string;
    if (option === '--') {
      first++;
      break;
    }
    if (!OPTIONS.includes(option)) throw new UsageError(`unknown option of run: ${option}`);
    options.add(option);
  }
  const [program, ...rest] = args.slice(first);
  if (program === undefined) throw new UsageError('run needs a command');
  return { options, command: [program, ...rest] };
}

const OPTIONS = ['--copy-on-write', '--rootless'];
const IGNORED_BY_NODE = ['SIGPIPE', 'SIGXFSZ'] as const;
