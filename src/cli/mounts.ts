import { readlinkSync } from 'node:fs';
import { posix, resolve } from 'node:path';
import { inspect, parseArgs } from 'node:util';

import { unless } from '../../native/unless.cjs';
import { UsageError } from '../errors/usage-error.cjs';
import { formatTree } from '../mounts/format-tree.js';
import type { Mount } from '../mounts/mount.js';
import { hasColour } from '../mounts/paint.js';
import { readMounts } from '../mounts/read-mounts.js';
import { ReadMountsError } from '../mounts/read-mounts-error.js';
import { hostPid } from '../namespace/environment.cjs';

/** Where a command writes to: streams, or anything that collects text. */
export interface CommandOutput {
  stdout: { write(text: string): unknown; isTTY?: boolean; hasColors?: () => boolean };
  stderr: { write(text: string): unknown };
}

/**
 * `ns-tool mounts`: prints a mount table as a tree, or as JSON. Returns the exit status: 0, 1 if the table
 * can't be read, 2 if the arguments are wrong.
 */
export function mountsCommand(args: string[], { stdout, stderr }: CommandOutput): number {
  try {
    const request = parseRequest(args);
    stdout.write(request.help ? USAGE : `${describe(request, stdout)}\n`);
    return 0;
  } catch (error) {
    const isUsage = error instanceof UsageError;
    if (!isUsage && !(error instanceof ReadMountsError)) throw error;
    stderr.write(`${error.message}\n${isUsage ? `\n${USAGE}` : ''}`);
    return isUsage ? 2 : 1;
  }
}

function describe(request: Request, stdout: CommandOutput['stdout']): string {
  const mounts = selectMounts(request);
  return request.json ? JSON.stringify(mounts, null, 2) : formatTree(mounts, { colour: hasColour(stdout) });
}

const USAGE = `Usage: ns-tool mounts [--host | PID] [PATH] [--json]

Prints the mounts of this process, of the process PID, or of the host: the mount namespace that the test
runner was started in. With PATH, only the mount that PATH lies on and those below PATH.

  --host  the mounts of the host
  --json  an array of mounts, with the fields of proc_pid_mountinfo(5)
  --help  this text
`;

interface Request {
  which: 'self' | 'host' | number;
  path: string | undefined;
  json: boolean;
  help: boolean;
}

/** @throws {UsageError} that says what is wrong with the arguments. */
function parseRequest(args: string[]): Request {
  const { values, positionals } = parse(args);
  const { host, json, help } = values;
  const pids = positionals.filter(isNumber);
  const paths = positionals.filter((word) => !isNumber(word));
  const refuse = (message: string) => {
    throw new UsageError(message);
  };
  const noPid = pids.find((word) => !isPid(word));
  if (noPid !== undefined) refuse(`${noPid} is no PID; a directory of that name is ./${noPid}`);
  if (pids.length > 1) refuse(`one PID is enough, received ${pids.join(' and ')}`);
  if (paths.length > 1) refuse(`one PATH is enough, received ${paths.join(' and ')}`);
  if (host && pids.length === 1) refuse(`either --host or a PID, received both (${pids[0]})`);
  const which = host ? 'host' : pids[0] === undefined ? 'self' : Number(pids[0]);
  return { which, path: paths[0], json, help };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        host: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

// A directory whose name is a number can be written as ./42.
function isNumber(word: string): boolean {
  return /^[0-9]+$/.test(word);
}

function isPid(word: string): boolean {
  return /^[1-9][0-9]{0,8}$/.test(word);
}

function selectMounts({ which, path }: Request): Mount[] {
  const table = readMounts(which);
  if (path === undefined) return [...table];
  const pid = which === 'host' ? hostPid() : which;
  const real = resolved(resolve(path), pid === 'self' ? '' : `/proc/${pid}/root`);
  const holder = table.containing(real);
  const below = table.under(real);
  return holder === undefined ? below : [holder, ...below];
}

/** Where `path` leads to for a process with this root directory; `path` itself where that may not be looked into. */
function resolved(path: string, root: string): string {
  try {
    return follow(path, root);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') throw new UsageError(`there is no ${inspect(path)}`);
    return path;
  }
}

/** Symbolic links in a circle end with a RangeError. */
function follow(path: string, root: string): string {
  return path.split('/').reduce((real, part) => {
    const next = posix.join(real, part);
    const link = unless(['EINVAL'], () => readlinkSync(root + next));
    return link === undefined ? next : follow(posix.resolve(real, link), root);
  }, '/');
}
