import { ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';

import { isMainThread } from '../../native/main-thread.cjs';
import { reapChild } from '../../native/processes.cjs';
import { posixSpawn, socketPair } from '../../native/spawn.cjs';

/**
 * Runs `start`, and makes what it starts as a child process by posix_spawn(3). For the fork(2) of Node the kernel copies
 * the page tables of this process, and then each page that either writes to: 10 to 20 milliseconds of Vitest's main
 * process for each worker.
 *
 * Where that is not possible, or fails, Node makes the process as always, and reports its own error.
 */
export function withPosixSpawn<T>(start: () => T): T {
  // Only the main thread is told of signals, and so of the end of a child.
  if (process.platform !== 'linux' || !isMainThread()) return start();
  const { spawn } = prototype;
  prototype.spawn = function (options) {
    this._handle = makeHandle(this, options);
    return spawn.call(this, options);
  };
  try {
    return start();
  } finally {
    prototype.spawn = spawn;
  }
}

/** What Node's ChildProcess has under it: this makes the process, tells of its end and sends it signals. */
interface Handle {
  pid?: number;
  onexit(exitCode: number, signal: string): void;
  spawn(...args: unknown[]): number;
  kill(signal: number): number;
  ref(): unknown;
  unref(): unknown;
  close(): void;
}

/** The options of ChildProcess.prototype.spawn. Node has set `stdio` to such a list when it calls the handle. */
interface NodeOptions {
  file: string;
  args: string[];
  envPairs: string[];
  stdio: { type: string; handle?: { open(fd: number): void } }[];
  detached?: boolean;
  cwd?: unknown;
  uid?: unknown;
  gid?: unknown;
}

interface Child {
  _handle: Handle;
  spawn(options: NodeOptions): number;
}

const prototype = ChildProcess.prototype as unknown as Child;

/** A handle for `child` in place of Node's, which it gives back where Node has to make the process. */
function makeHandle(child: Child, options: NodeOptions): Handle {
  const { _handle: nodes } = child;
  /** Keeps the event loop alive as long as the process is waited for. */
  let life: NodeJS.Timeout | undefined;
  const handle: Handle = {
    onexit: (...end) => nodes.onexit(...end),
    spawn: (...args) => {
      let made: Made;
      try {
        made = make(handle, options);
      } catch {
        child._handle = nodes;
        return nodes.spawn(...args);
      }
      handle.pid = made.pid;
      life = setInterval(() => {}, LONG);
      for (const stream of options.stdio) stream.handle?.open(made.ends.shift() as number);
      return 0;
    },
    kill: (signal) => {
      process.kill(handle.pid as number, signal);
      return 0;
    },
    ref: () => life?.ref(),
    unref: () => life?.unref(),
    close: () => clearInterval(life),
  };
  return handle;
}

interface Made {
  pid: number;
  /** Our ends of its streams, in their order. */
  ends: number[];
}

/** Makes the process, or throws and leaves nothing. */
function make(handle: Handle, options: NodeOptions): Made {
  const { file, args, envPairs, stdio, detached = false, cwd, uid, gid } = options;
  if ((cwd ?? uid ?? gid) !== undefined || !path.isAbsolute(file)) throw new Error('not for posix_spawn');
  const ends: number[] = [];
  const theirs: number[] = [];
  try {
    for (const stream of stdio) {
      const [our, their] = openStream(stream);
      theirs.push(their);
      if (our !== undefined) ends.push(our);
    }
    const pid = follow(handle, () =>
      posixSpawn(file, { argv: args, env: envPairs, descriptors: theirs, isDetached: detached }),
    );
    return { pid, ends };
  } catch (error) {
    for (const fd of ends) closeSync(fd);
    throw error;
  } finally {
    for (const fd of theirs) closeSync(fd);
  }
}

/** Descriptors for this process, if it has one, and for the new one. */
function openStream({ type }: NodeOptions['stdio'][number]): [our: number | undefined, their: number] {
  if (type === 'pipe') return socketPair();
  if (type === 'ignore') return [undefined, openSync('/dev/null', 'r+')];
  throw new Error(`a stream of type ${type}`);
}

const followed = new Map<number, Handle>();

/** Tells `handle` of the end of the process that `spawn` makes. The listener has to be there before that. */
function follow(handle: Handle, spawn: () => number): number {
  if (followed.size === 0) process.on('SIGCHLD', tellOfEnds);
  try {
    const pid = spawn();
    followed.set(pid, handle);
    return pid;
  } finally {
    if (followed.size === 0) process.off('SIGCHLD', tellOfEnds);
  }
}

function tellOfEnds(): void {
  for (const [pid, handle] of followed) {
    const end = reapChild(pid);
    if (end === undefined) continue;
    followed.delete(pid);
    // Each by itself: a listener may throw.
    process.nextTick(() => handle.onexit(end.exitCode, signalName(end.signal)));
  }
  if (followed.size === 0) process.off('SIGCHLD', tellOfEnds);
}

function signalName(signal: number): string {
  return Object.entries(constants.signals).find(([, number]) => number === signal)?.[0] ?? '';
}

/** The longest that a timer takes. */
const LONG = 2 ** 31 - 1;
