import type { ChildProcess } from 'node:child_process';
import { closeSync, openSync, readSync } from 'node:fs';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';

import { probe } from '../../../native/unless.cjs';
import { NamespaceHold } from '../../processes/namespace-hold.js';
import type { Notice } from '../../processes/notices.js';
import type { Warden } from '../../processes/warden.js';
import type { CurrentTask, Printed } from '../protocol.js';
import type { OutputStream } from './output-stream.js';
import { isRefusal, type WorkerEnd } from './worker-failures.js';

/** The streams that the output of the workers goes to. */
export interface Output {
  stdout: OutputStream;
  stderr: OutputStream;
}

/** The process of a worker: its output, its end, and what it was doing. */
export class WorkerProcess {
  /** Settles when it has ended and all that it printed was read. */
  readonly closed: Promise<WorkerEnd>;
  end: WorkerEnd | undefined;
  readonly #child: ChildProcess;
  readonly #output: Output;
  readonly #warden: Warden;
  /** The end of what it has printed to stderr while it starts: part of the error if it doesn't. */
  #startStderr: Buffer | undefined = Buffer.alloc(0);
  /** What of it was not passed on yet. */
  #heldStderr: Buffer[] | undefined = [];
  #holdTimer: NodeJS.Timeout | undefined;
  readonly #passedOn: Printed = { stdout: 0, stderr: 0 };
  #onPassedOn = () => {};
  #currentTask: number | undefined;
  #lastTask: CurrentTask = {};
  #hold: NamespaceHold | undefined;
  /** Whether other processes can be in its namespace. */
  #isInhabited = false;
  /** What is to be said about the processes that were in its namespace when it had ended. */
  left: Notice | undefined;

  constructor(child: ChildProcess, { output, warden }: { output: Output; warden: Warden }) {
    this.#child = child;
    this.#output = output;
    this.#warden = warden;
    warden.start();
    const { stdout, stderr } = child;
    // Tinypool pipes to this process' own streams, and stops at the exit, with output still in the pipe.
    stdout?.unpipe(process.stdout);
    stderr?.unpipe(process.stderr);
    stdout?.on('data', (chunk: Buffer) => this.#onOutput('stdout', chunk, stdout)).resume();
    stderr?.on('data', (chunk: Buffer) => this.#onOutput('stderr', chunk, stderr)).resume();
    this.closed = new Promise((resolve) => {
      // First: Tinypool's own listener raises its error from within the same event.
      child.prependOnceListener('exit', (code, signal) => {
        this.end = { exitCode: code ?? undefined, signal: signal ?? undefined };
        this.#clearNamespace();
        // A process that a test left behind can hold the other end of the pipe for as long as it likes.
        const grace = setTimeout(() => child.emit('close'), CLOSE_GRACE);
        child.once('close', () => {
          clearTimeout(grace);
          this.#setRef(false);
          this.#flush();
          this.#closeCurrentTask();
          resolve(this.end as WorkerEnd);
        });
      });
    });
  }

  /** Undefined when it could not be made. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** What it printed to stderr while it started. What was held back of it nobody else prints any more. */
  takeStderr(): string {
    this.#heldStderr = undefined;
    return (this.#startStderr ?? '').toString().trim();
  }

  /** Prints what was held back, and all that comes. */
  releaseStderr(): void {
    this.#printHeld();
    this.#heldStderr = undefined;
  }

  /** It can take messages. `fd` is its file for the current task, kept open to be read after its death. */
  onReady(fd: number | undefined): void {
    this.releaseStderr();
    this.#startStderr = undefined;
    this.#hold = NamespaceHold.of(this.pid as number);
    if (this.#hold !== undefined) this.#warden.watch(this.#hold);
    // The name of the test is an extra.
    if (fd !== undefined) this.#currentTask = probe(() => openSync(`/proc/${this.pid}/fd/${fd}`, 'r'));
  }

  /** It is told to do something. */
  onUse(): void {
    this.#isInhabited = true;
  }

  /** It has seen for itself that no other process is in its namespace. */
  onDeserted(): void {
    this.#isInhabited = false;
  }

  /** Settles when so much of its output was passed on. Not for ever: a test may have sent its output elsewhere. */
  async hasPrinted(printed: Printed): Promise<void> {
    let timeout: NodeJS.Timeout | undefined;
    await Promise.race([
      new Promise<void>((resolve) => {
        timeout = setTimeout(() => {
          Object.assign(this.#passedOn, printed);
          resolve();
        }, PRINT_TIMEOUT);
        this.#onPassedOn = () => {
          if (this.#passedOn.stdout >= printed.stdout && this.#passedOn.stderr >= printed.stderr) resolve();
        };
        this.#onPassedOn();
      }),
      this.closed,
    ]);
    clearTimeout(timeout);
    this.#flush();
  }

  readCurrentTask(): CurrentTask {
    if (this.#currentTask === undefined) return this.#lastTask;
    const record = Buffer.alloc(4096);
    const length = readSync(this.#currentTask, record, 0, record.length, 0);
    try {
      return JSON.parse(record.toString('utf8', 0, length).split('\n', 1)[0] as string) as CurrentTask;
    } catch {
      return {};
    }
  }

  /** One that waits for a file system that does not answer may never end: then it is taken for ended. */
  kill(): void {
    this.#child.kill('SIGKILL');
    setTimeout(() => this.end ?? this.#child.emit('exit', null, 'SIGKILL'), KILL_GRACE).unref();
  }

  /** Makes Node wait for its end. Tinypool tells Node not to. */
  ref(): void {
    this.#child.ref();
    this.#setRef(this.end === undefined);
  }

  #setRef(isRef: boolean): void {
    for (const stream of [this.#child.stdout, this.#child.stderr] as (Socket | null)[]) {
      if (isRef) stream?.ref();
      else stream?.unref();
    }
  }

  #clearNamespace(): void {
    if (this.#hold === undefined) return;
    if (this.#isInhabited) this.left = this.#hold.clear('the worker');
    this.#warden.release(this.#hold);
    this.#hold.close();
  }

  #closeCurrentTask(): void {
    if (this.#currentTask === undefined) return;
    this.#lastTask = this.readCurrentTask();
    closeSync(this.#currentTask);
    this.#currentTask = undefined;
  }

  #onOutput(name: keyof Printed, chunk: Buffer, source: Readable): void {
    this.#passedOn[name] += chunk.length;
    if (name === 'stderr')
      this.#startStderr &&= Buffer.concat([this.#startStderr, chunk]).subarray(-MAX_KEPT);
    if (name === 'stderr' && this.#heldStderr !== undefined) {
      this.#heldStderr.push(chunk);
      // When this process was busy the end may have come long ago: it is heard of before the next callback.
      this.#holdTimer ??= setTimeout(() => setImmediate(this.#printOldHeld), HOLD_STDERR).unref();
    } else this.#output[name].write(chunk, source);
    this.#onPassedOn();
  }

  readonly #printOldHeld = () => {
    this.#holdTimer = undefined;
    // Then it becomes part of the error.
    if (this.end === undefined && !isRefusal(String(this.#startStderr))) this.#printHeld();
  };

  #printHeld(): void {
    const { stderr } = this.#child;
    for (const chunk of this.#heldStderr?.splice(0) ?? [])
      this.#output.stderr.write(chunk, stderr as Readable);
  }

  /** Writes the beginnings of lines: their ends would come after what the reporters print. */
  #flush(): void {
    const { stdout, stderr } = this.#child;
    if (stdout !== null) this.#output.stdout.flush(stdout);
    if (stderr !== null) this.#output.stderr.flush(stderr);
  }
}

const CLOSE_GRACE = 500;
const KILL_GRACE = 2000;
const PRINT_TIMEOUT = 5000;
/** Of stderr, in bytes: why it did not start comes last. */
const MAX_KEPT = 65_536;
/** How long what it prints is held, in milliseconds. A worker that waits for a debugger says so on stderr. */
const HOLD_STDERR = 1000;
