import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';

/** What a function that runs in the other process can use: nothing of the test file is there. */
export interface Inside {
  fs: typeof import('node:fs');
  child_process: typeof import('node:child_process');
  native: typeof import('../../../native/mount.cjs') &
    typeof import('../../../native/mount-tree.cjs') &
    typeof import('../../../native/directories.cjs') &
    typeof import('../../../native/statx.cjs') &
    typeof import('../../../native/constants.cjs');
  mounts: typeof import('../../../src/mounts/read-mounts.js') &
    typeof import('../../../src/mounts/read-mount-info.cjs');
  /** An empty directory, a tmpfs of the namespace's own. */
  directory: string;
  /** Gives the directory that has this name below `directory`, made if need be. */
  mkdir(name: string | Buffer): Buffer;
}

/**
 * Runs `script` in another process, with a mount namespace that nothing leaves, and gives what it returned.
 * The function is sent as text. `command` is what starts Node, inside the namespace.
 */
export function inPrivateNamespace<T>(
  script: (inside: Inside) => T | Promise<T>,
  command: readonly string[] = [process.execPath],
): T {
  const [unshare, ...args] = commandOf(
    `run(${script}).then((result) => {
    process.stdout.write(JSON.stringify(result));
  })`,
    command,
  );
  return JSON.parse(
    execFileSync(unshare, args, { encoding: 'utf8', maxBuffer: 1 << 28, env: cleanEnvironment() }),
  );
}

/** Runs `script` as above, and leaves the process running until the test is over. */
export function spawnInPrivateNamespace(script: (inside: Inside) => void): ChildProcess & { pid: number } {
  const [unshare, ...args] = commandOf(`run(${script})`, [process.execPath]);
  const child = spawn(unshare, args, { stdio: ['pipe', 'pipe', 'inherit'], env: cleanEnvironment() });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return child as ChildProcess & { pid: number };
}

/** The preload, for a process that shall enter a namespace of its own. */
export const PRELOAD = path.resolve(import.meta.dirname, '../../../dist/src/register.cjs');

// The marks would make the preload take the namespace for one that it entered.
function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('MOUNTNS_')));
}

function commandOf(source: string, command: readonly string[]): [string, ...string[]] {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'mountns-'));
  onTestFinished(() => fs.rmdirSync(directory));
  const script = `const directory = ${JSON.stringify(directory)};${PRELUDE};${source}`;
  return ['unshare', '--mount', '--propagation', 'private', ...command, '--eval', script];
}

const DIST = path.resolve(import.meta.dirname, '../../../dist');

const PRELUDE = `
const fs = require('node:fs');
const native = Object.assign({}, ...['mount', 'mount-tree', 'directories', 'statx', 'constants'].map(
  (name) => require('${DIST}/native/' + name + '.cjs'),
));
native.mount({ source: 'test', target: directory, type: 'tmpfs' });
const mkdir = (name) => {
  const path = Buffer.concat([Buffer.from(directory + '/'), Buffer.from(name)]);
  fs.mkdirSync(path, { recursive: true });
  return path;
};
const run = async (script) => {
  const mounts = {
    ...(await import('${DIST}/src/mounts/read-mounts.js')),
    ...(await import('${DIST}/src/mounts/read-mount-info.cjs')),
  };
  return script({ fs, child_process: require('node:child_process'), native, mounts, directory, mkdir });
};`;
