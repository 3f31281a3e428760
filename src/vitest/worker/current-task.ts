import { writeSync } from 'node:fs';

import { memfdCreate } from '../../../native/memory-file.cjs';
import { probe } from '../../../native/unless.cjs';
import type { CurrentTask } from '../protocol.js';

/**
 * Where this worker notes what it is doing. The pool reads it when the worker has died or hangs: then it is too
 * late for a message.
 */
export class CurrentTaskFile {
  readonly fd: number;

  constructor(fd: number) {
    this.fd = fd;
  }

  write({ test, timeout }: CurrentTask): void {
    // What an earlier, longer note left behind the line break is not read.
    writeSync(this.fd, `${JSON.stringify({ test: test?.slice(0, MAX_TITLE), timeout })}\n`, 0);
  }
}

/** The pool reads 4096 bytes. One character of JSON can take 6. */
const MAX_TITLE = 600;

/** Undefined where the kernel has no such files: then a message names no test. */
export function openCurrentTask(): CurrentTaskFile | undefined {
  return probe(() => new CurrentTaskFile(memfdCreate('mountns-current-task')));
}
