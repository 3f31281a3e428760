import type { ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import { Tinypool } from 'tinypool';

import type { WorkerError } from '../../errors/worker-error.cjs';
import { findLauncher, type Launcher, launchWith } from '../../namespace/launcher.cjs';
import { Lease } from './lease.js';
import { refusedBefore, startFailure } from './worker-failures.js';
import { type Output, WorkerProcess } from './worker-process.js';

interface Spare {
  lease: Lease;
  /** The host's when it was started. */
  mountTable: string;
}

export interface WorkerPoolOptions {
  env: Record<string, string>;
  execArgv: string[];
  output: Output;
  /** Whether a worker that runs no test goes unnoticed. */
  canPrepare: boolean;
}

/**
 * The workers that are equal: one environment, one set of Node options. A Tinypool whose tasks last as long as
 * their workers: a task that has no test file yet is a spare worker.
 */
export class WorkerPool {
  readonly #tinypool: Tinypool;
  readonly #launcher: Launcher | undefined = findLauncher();
  readonly #output: Output;
  readonly #processes = new Map<ChildProcess, WorkerProcess>();
  readonly #starting = new Set<Lease>();
  readonly #canPrepare: boolean;
  #spares: Spare[] = [];
  #refusal: { error: WorkerError; runToken: object } | undefined;
  #runToken: object = {};

  constructor({ env, execArgv, output, canPrepare }: WorkerPoolOptions) {
    this.#output = output;
    this.#canPrepare = canPrepare;
    this.#tinypool = new Tinypool({
      runtime: 'child_process',
      serialization: 'advanced',
      isolateWorkers: true,
      /** Loads {@link file://./../worker/entry.ts} */
      filename: new URL('../worker/entry.js', import.meta.url).href,
      env,
      execArgv: [...(this.#launcher?.execArgv ?? []), ...execArgv],
      minThreads: 0,
      // Vitest counts its workers itself.
      maxThreads: 1024,
    });
    // Tinypool reports a worker that dies before its task began here, and never settles the task.
    this.#tinypool.on('error', (error: Error) => void this.#failStarting(error));
  }

  /**
   * A worker, from the spare ones if there is one that is as good as new. `runToken` is the same object for one
   * run of tests: a machine that has refused a namespace is asked again only in the next.
   */
  take(runToken: object): Lease {
    this.#runToken = runToken;
    if (this.#refusal?.runToken === runToken) {
      const lease = new Lease(() => undefined);
      void lease.fail(refusedBefore(this.#refusal.error));
      return lease;
    }
    const mountTable = readMountTable();
    while (this.#spares.length > 0) {
      const spare = this.#spares.shift() as Spare;
      // What the host has mounted since is missing in the namespace of that one.
      if (!spare.lease.hasEnded && spare.mountTable === mountTable) return spare.lease;
      void spare.lease.end();
    }
    return this.#start();
  }

  /** Starts spare workers until there are `count`. */
  prepare(count: number): void {
    if (!this.#canPrepare) return;
    this.#spares = this.#spares.filter(({ lease }) => !lease.hasEnded);
    while (this.#spares.length < count) {
      const lease = this.#start();
      // Whoever needs a worker tries again, and then gets the error.
      lease.ready.catch(() => {});
      this.#spares.push({ lease, mountTable: readMountTable() });
    }
  }

  async discardSpares(): Promise<void> {
    await Promise.all(this.#spares.splice(0).map(({ lease }) => lease.end()));
  }

  /** Ends what nobody uses. The others Vitest ends itself. */
  async close(): Promise<void> {
    await this.discardSpares();
    // Tinypool would wait until one that starts is ready before it ended it.
    const starting = [...this.#processes.values()].filter(({ isStarting }) => isStarting);
    for (const process of starting) process.kill();
    await Promise.all(starting.map(({ closed }) => closed));
  }

  #start(): Lease {
    const lease = new Lease((pid) => this.#processWith(pid));
    this.#starting.add(lease);
    lease.ready.then(
      () => this.#starting.delete(lease),
      () => this.#starting.delete(lease),
    );
    const task = launchWith(this.#launcher, () =>
      this.#tinypool.run({}, { channel: lease.channel, signal: lease.signal }),
    );
    task.catch((error) => {
      if (lease.hasEnded) return;
      if (lease.process === undefined) void this.#failStarting(error);
      else void lease.fail(error);
    });
    this.#adoptProcesses();
    return lease;
  }

  #adoptProcesses(): void {
    for (const worker of this.#tinypool.threads) {
      const { process: child } = worker as unknown as { process?: ChildProcess };
      if (child === undefined) throw new Error('this version of Tinypool does not show its processes');
      if (this.#processes.has(child)) continue;
      const adopted = new WorkerProcess(child, this.#output);
      this.#processes.set(child, adopted);
      void adopted.closed.then(() => this.#processes.delete(child));
    }
  }

  #processWith(pid: number): WorkerProcess | undefined {
    return [...this.#processes.values()].find((candidate) => candidate.pid === pid);
  }

  /** Which of the starting workers it was: the error may come before its exit, from a message to it. */
  async #firstDead(): Promise<WorkerProcess | undefined> {
    const starting = [...this.#processes.values()].filter(({ isStarting }) => isStarting);
    return Promise.race(starting.map((candidate) => candidate.closed.then(() => candidate)));
  }

  async #failStarting(error: Error): Promise<void> {
    const leases = [...this.#starting];
    const dead = isSpawnError(error) ? undefined : await this.#firstDead();
    const stderr = dead?.takeStderr() ?? '';
    const failure = startFailure({ error, end: dead?.end, pid: dead?.pid, stderr });
    if (stderr.includes(REFUSED)) this.#refusal = { error: failure, runToken: this.#runToken };
    for (const lease of leases) void lease.fail(failure);
  }
}

function isSpawnError({ syscall }: NodeJS.ErrnoException): boolean {
  return syscall?.startsWith('spawn') ?? false;
}

/** The code of a NamespaceError, as Node prints it when the preload throws one. */
const REFUSED = 'ERR_MOUNTNS_NAMESPACE';

function readMountTable(): string {
  return fs.readFileSync('/proc/self/mountinfo', 'latin1');
}
