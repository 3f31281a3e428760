import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { expect, inject, onTestFinished } from 'vitest';

import type { Node, Runner } from './versions.js';

export { type Runner, runners } from './versions.js';

export interface RunOptions {
  /** The folder of `install.ts` that it works in. */
  runner?: Runner | 'jest30' | 'mocha' | 'pnpm';
  /** The version of Node, where it is not the one that the runner is tested with. */
  node?: Node | undefined;
  args?: readonly string[];
  env?: Record<string, string>;
  /** A script of the fixture that starts Vitest itself. */
  script?: string;
  /** Runs it in a terminal, whose keyboard is `child.stdin`. */
  terminal?: boolean;
  /** Script and arguments of another test runner than Vitest. */
  program?: readonly string[];
  /** Options for the main process' Node. */
  execArgv?: readonly string[];
  /** A command that the run is handed to, as its arguments. */
  wrapper?: readonly string[];
}

export interface RunResult {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** A Vitest that works on a copy of a fixture project. */
export class VitestRun {
  /** The copy of the fixture. */
  readonly directory: string;
  readonly child: ChildProcess;
  readonly done: Promise<RunResult>;
  stdout = '';
  stderr = '';
  #onOutput = () => {};

  constructor(directory: string, options: RunOptions) {
    const {
      runner = 'vitest4',
      args = ['run'],
      env = {},
      execArgv = [],
      wrapper = [],
      script,
      terminal,
      node,
    } = options;
    this.directory = directory;
    const program = options.program ?? (script === undefined ? [vitestOf(runner), ...args] : [script]);
    const inside = [...wrapper, nodeFor(runner, node), ...execArgv, ...program];
    const command = terminal ? ['script', '-qefc', inside.map(quote).join(' '), '/dev/null'] : inside;
    this.child = spawn(command[0] as string, command.slice(1), {
      cwd: directory,
      env: {
        ...pick('PATH', 'HOME', 'TMPDIR', 'LANG'),
        NO_COLOR: '1',
        HOST_NAMESPACE: fs.readlinkSync('/proc/self/ns/mnt'),
        ...env,
      },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
      this.#onOutput();
    });
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
      this.#onOutput();
    });
    this.done = new Promise((resolve, reject) => {
      this.child.once('error', reject);
      this.child.once('close', (code, signal) => {
        this.#onOutput();
        resolve({ code, signal, stdout: this.stdout, stderr: this.stderr });
      });
    });
  }

  get all(): string {
    return this.stdout + this.stderr;
  }

  read(file: string): string {
    return fs.readFileSync(path.join(this.directory, file), 'utf8');
  }

  exists(file: string): boolean {
    return fs.existsSync(path.join(this.directory, file));
  }

  /** Another Vitest in the same directory. */
  again(options: RunOptions): VitestRun {
    return track(new VitestRun(this.directory, options));
  }

  /** Waits until the output of this run matches, from position `from` on; the end of the run is an error. */
  async output(pattern: RegExp, from = 0): Promise<RegExpExecArray> {
    let hasEnded = false;
    void this.done.then(() => {
      hasEnded = true;
    });
    return new Promise((resolve, reject) => {
      this.#onOutput = () => {
        const match = pattern.exec(this.stdout.slice(from)) ?? pattern.exec(this.stderr);
        if (match !== null) resolve(match);
        else if (hasEnded) reject(new Error(`it ended without printing ${pattern}:\n${this.all}`));
      };
      this.#onOutput();
      void this.done.then(() => this.#onOutput());
    });
  }
}

/** Starts Vitest on a copy of `fixtures/<fixture>`. It is killed at the end of the test if it still runs. */
export function startVitest(fixture: string, options: RunOptions = {}): VitestRun {
  return track(new VitestRun(copyFixture(fixture, options.runner), options));
}

/** Copies `fixtures/<fixture>`, or another directory by its path, to where the packages are installed. */
export function copyFixture(fixture: string, runner: NonNullable<RunOptions['runner']> = 'vitest4'): string {
  const directory = fs.mkdtempSync(path.join(inject('installed'), runner, `${path.basename(fixture)}-`));
  fs.cpSync(path.resolve(import.meta.dirname, 'fixtures', fixture), directory, { recursive: true });
  return directory;
}

function track(run: VitestRun): VitestRun {
  onTestFinished(() => {
    if (run.child.exitCode === null) run.child.kill('SIGKILL');
  });
  return run;
}

/** As {@link startVitest}, to the end, when no process of it may be left. */
export async function runVitest(fixture: string, options: RunOptions = {}): Promise<RunResult> {
  const run = startVitest(fixture, options);
  const result = await run.done;
  expect(processesIn(run.directory)).toEqual([]);
  return result;
}

/** The command lines of the processes that work in `directory`. */
function processesIn(directory: string): string[] {
  return fs.readdirSync('/proc').flatMap((pid) => {
    try {
      if (!fs.readlinkSync(`/proc/${pid}/cwd`).startsWith(directory)) return [];
      return [fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')];
    } catch {
      // Not a process, or gone meanwhile.
      return [];
    }
  });
}

function nodeFor(runner: string, named?: Node): string {
  const node = named ?? (runner === 'vitest5' ? 'node24' : undefined);
  return node === undefined ? process.execPath : programOf(node);
}

export function programOf(node: Node): string {
  return path.join(inject('installed'), node, `node_modules/node-linux-${process.arch}/bin/node`);
}

function vitestOf(runner: string): string {
  return path.join(inject('installed'), runner, 'node_modules/vitest/vitest.mjs');
}

function quote(argument: string): string {
  return `'${argument.replaceAll("'", "'\\''")}'`;
}

function pick(...names: string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}
