import { readFileSync } from 'node:fs';

import { probe } from '../../../native/unless.cjs';
import { SILENCE_MARGIN } from '../../namespace/environment.cjs';
import { parseStat } from '../../processes/process-info.js';
import { HEARTBEAT } from '../protocol.js';

export interface SilenceWatchOptions {
  pid: number;
  isInspected: boolean;
  /** How long the code that runs now may take, in milliseconds; Infinity when there is no limit. */
  limit: () => number;
  /** Called once, with the seconds of silence and the state of the main thread (proc_pid_stat(5)). */
  onSilence: (seconds: number, state: string) => void;
  /** Called when it was stopped by a signal for so long, once until it goes on. */
  onStop: () => void;
}

/**
 * Watches for a worker whose event loop does not turn for longer than its code may take.
 *
 * It counts its own turns, not the clock: when the whole machine was asleep or overloaded, this process has
 * missed as many. A traced worker does not count, nor one that waits for a child process, since `execFileSync` of a
 * slow command is ordinary there and has a `timeout` of its own.
 */
export class SilenceWatch {
  readonly #options: SilenceWatchOptions;
  readonly #timer: NodeJS.Timeout;
  #silent = 0;
  #stopped = 0;
  #isInspected: boolean;

  constructor(options: SilenceWatchOptions) {
    this.#options = options;
    this.#isInspected = options.isInspected;
    this.#timer = setInterval(() => this.#check(), HEARTBEAT).unref();
  }

  /** A message came. */
  hear(isInspected = this.#isInspected): void {
    this.#silent = this.#stopped = 0;
    this.#isInspected = isInspected;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #check(): void {
    // The timer of the worker and this one drift: one missed beat means nothing.
    if (++this.#silent < 2 || this.#isInspected) return;
    const state = readState(this.#options.pid);
    const patience = this.#options.limit() + margin;
    if (state === undefined || PASSIVE.has(state) || (state === 'S' && canWaitForChild(this.#options.pid))) {
      this.#silent--;
      if (state !== STOPPED || ++this.#stopped * HEARTBEAT <= patience) return;
      this.#stopped = Number.NEGATIVE_INFINITY;
      this.#options.onStop();
      return;
    }
    if (this.#silent * HEARTBEAT <= patience) return;
    this.stop();
    this.#options.onSilence((this.#silent * HEARTBEAT) / 1000, state);
  }
}

function readState(pid: number): string | undefined {
  return probe(() => parseStat(readFileSync(`/proc/${pid}/stat`, 'latin1')).state);
}

/** Whether the main thread sleeps in a call that a child process of it can end: of Atomics.wait(), futex(2), none can. */
function canWaitForChild(pid: number): boolean {
  const canWait = probe(() => {
    const hasChildren = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1') !== '';
    return hasChildren && !readFileSync(`/proc/${pid}/wchan`, 'latin1').startsWith('futex');
  });
  // A kernel without these files: nothing is killed on a guess.
  return canWait ?? true;
}

const STOPPED = 'T';
/** Those, and traced or dead ones. */
const PASSIVE = new Set([STOPPED, 't', 'Z', 'X']);
const margin = Number(process.env[SILENCE_MARGIN] ?? 60_000);
