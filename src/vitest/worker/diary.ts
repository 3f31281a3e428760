import { now } from '../../processes/clock.js';
import type { Whereabouts } from '../protocol.js';

/** Which file and test this worker was at, and when. */
export class Diary {
  /** What to add to {@link now} for the time since the machine has started, in milliseconds. */
  readonly #offset: number;
  readonly #entries: (Whereabouts & { since: number })[] = [];

  /** @param uptime what /proc/uptime says now */
  constructor(uptime = '') {
    this.#offset = Number.parseFloat(uptime) * 1000 - now();
  }

  /** What it is at now. */
  get current(): Whereabouts {
    const { file, test } = this.#entries.at(-1) ?? {};
    return { file, test };
  }

  note({ file, test }: Whereabouts): void {
    this.#entries.push({ file, test, since: now() + this.#offset });
  }

  /**
   * What it was at when a process was started.
   *
   * @param startTime hundredths of a second since the machine has started. Undefined when it was a moment in which
   *   one thing ended and another began: no clock here is finer than that.
   */
  at(startTime: number): Whereabouts | undefined {
    const from = (startTime - 1) * TICK;
    const to = (startTime + 1) * TICK;
    const latest = this.#entries.findLast(({ since }) => since <= to);
    return latest === undefined || latest.since > from ? undefined : latest;
  }
}

/** Milliseconds in a unit of proc_pid_stat(5). */
const TICK = 10;
