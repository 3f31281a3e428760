import type { RunnerTask, RunnerTestFile, TestProject } from 'vitest/node';
import type { Verdict } from '../../support/verdict.js';
import { findTests } from './find-tests.js';

/**
 * Answers Vitest in place of a worker that can't have a mount namespace: the files have failed, or all of their
 * tests are skipped. No line of the files runs, since it would run on the host.
 */
export class RefusedFiles {
  readonly #project: TestProject;
  readonly #verdict: Verdict;
  readonly #emit: (message: unknown) => void;
  readonly #calls = new Map<string, () => void>();

  constructor(project: TestProject, verdict: Verdict, emit: (message: unknown) => void) {
    this.#project = project;
    this.#verdict = verdict;
    this.#emit = emit;
  }

  /** Takes what Vitest sends to a worker. */
  receive(message: VitestMessage): void {
    if (message.t === 's') this.#calls.get(message.i as string)?.();
    else if (message.type === 'start') this.#answer('started');
    else if (message.type === 'stop') this.#answer('stopped');
    else if (message.type === 'run' || message.type === 'collect') void this.#report(message);
  }

  async #report({ type, context }: VitestMessage): Promise<void> {
    try {
      for (const { filepath } of context?.files ?? []) {
        const found = await findTests(this.#project, filepath);
        const file = type === 'run' ? this.#judge(found) : found;
        await this.#call('onQueued', file);
        await this.#call('onCollected', [file]);
        if (type === 'run') await this.#call('onTaskUpdate', results(file), events(file));
      }
      this.#answer('testfileFinished');
    } catch (error) {
      this.#answer('testfileFinished', error);
    }
  }

  #judge(file: RunnerTestFile): RunnerTestFile {
    if ('skip' in this.#verdict) {
      markSkipped(file, this.#verdict.skip);
      return file;
    }
    const { name, message, stack = message } = this.#verdict.fail;
    const failed = { ...file, tasks: [], result: { state: 'fail', errors: [{ name, message, stack }] } };
    return Object.assign(failed as unknown as RunnerTestFile, { file: failed });
  }

  /** Calls a function of Vitest's main process, as a worker does. */
  #call(method: string, ...args: unknown[]): Promise<void> {
    const id = `mountns-${this.#calls.size}`;
    return new Promise((resolve) => {
      this.#calls.set(id, resolve);
      this.#emit({ t: 'q', i: id, m: method, a: args });
    });
  }

  #answer(type: 'started' | 'stopped' | 'testfileFinished', error?: unknown): void {
    this.#emit({ type, error, __vitest_worker_response__: true });
  }
}

/** A request to a worker, or the answer to a call from it. */
export interface VitestMessage {
  type?: string;
  context?: { files?: { filepath: string }[] };
  t?: 'q' | 's';
  i?: string;
}

/** What can't be parsed, and an `.only` where it is not allowed, stays the failure that it is everywhere. */
function markSkipped(task: RunnerTask, reason: string): void {
  const children = 'tasks' in task ? task.tasks : [];
  for (const child of children) markSkipped(child, reason);
  if (task.result?.state === 'fail') return;
  if (children.some(({ result }) => result?.state === 'fail')) {
    task.result = { state: 'fail' };
    return;
  }
  if (task.mode !== 'todo') task.mode = 'skip';
  // Its type does not know the note that reporters print.
  task.result = { state: 'skip', note: reason } as RunnerTask['result'] & {};
}

function results(task: RunnerTask): unknown[] {
  const own = [task.id, task.result, task.meta];
  return [own, ...('tasks' in task ? task.tasks.flatMap(results) : [])];
}

function events({ id, result }: RunnerTestFile): unknown[] {
  if (result?.state === 'fail') return [[id, 'suite-failed-early', undefined]];
  return [
    [id, 'suite-prepare', undefined],
    [id, 'suite-finished', undefined],
  ];
}
