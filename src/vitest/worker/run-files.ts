import type { runBaseTests as RunBaseTests } from 'vitest/worker';

import { keepCompiled } from '../../../native/compile-cache.cjs';
import { messageOf } from '../../errors/message-of.cjs';
import type { ResolvedOptions } from '../options.js';
import type { CurrentTask, WorkerMessage } from '../protocol.js';
import { withoutOwnFrames } from './async-leaks.js';
import type { CurrentTaskFile } from './current-task.js';
import type { Diary } from './diary.js';
import { beforeFile } from './file-hooks.js';
import { withLastWord } from './file-result.js';
import { flushOutput } from './output.js';
import type { OwnImports } from './own-imports.js';
import type { OwnSetupFile } from './own-setup-file.js';

type Method = Parameters<typeof RunBaseTests>[0];
type State = Parameters<typeof RunBaseTests>[1];
type Traces = Parameters<typeof RunBaseTests>[2];

interface Request {
  method: Method;
  state: State;
  traces: Traces;
}

/** What all requests of a worker have in common. */
interface TestWorker {
  runBaseTests: typeof RunBaseTests;
  currentTask: CurrentTaskFile | undefined;
  diary: Diary;
  options: ResolvedOptions;
  ownImports: OwnImports;
  ownSetupFile: OwnSetupFile;
  post: (message: WorkerMessage) => void;
}

/**
 * Runs the test files of one request one by one. Without isolation Vitest hands over several at once; each has
 * to start from the pristine mount tree, and a worker that dies has to be known by the file it was at.
 */
export async function runFiles({ method, state, traces }: Request, worker: TestWorker): Promise<void> {
  let cancelled: { reason: Parameters<Parameters<State['onCancel']>[0]>[0] } | undefined;
  state.onCancel((reason) => {
    cancelled = { reason };
  });
  const { files } = state.ctx;
  for (const [index, file] of files.entries()) {
    const { filepath } = file;
    if (files.length > 1) worker.post({ mountns: 'file', left: files.length - index });
    const fileState: State = {
      ...state,
      ctx: { ...state.ctx, files: [file] },
      // Vitest has one runner for all files and cancels that. Here the later ones learn it when they begin.
      onCancel: (listener) => {
        if (cancelled !== undefined) listener(cancelled.reason);
        // Vitest 5 gets a function here, to take the listener off again.
        return state.onCancel(listener);
      },
      durations: index === 0 ? state.durations : { ...state.durations, prepare: performance.now() },
    };
    worker.diary.note({ file: filepath });
    followTasks(fileState, (task) => {
      worker.currentTask?.write(task);
      worker.diary.note({ file: filepath, test: task.test });
    });
    // The setup file is no module of the user's, and neither are those that it imports.
    const rpc = worker.ownImports.endWith(withoutOwnFrames(state.rpc));
    fileState.rpc = worker.ownSetupFile.answerTo(rpc, { isIsolated: state.config.isolate });
    const run = () => worker.runBaseTests(method, fileState, traces);
    if (method === 'collect') await run();
    else await runFile(fileState, run, worker);
  }
  keepCompiled();
  await tellPrinted(worker);
}

async function tellPrinted({ post }: TestWorker): Promise<void> {
  post({ mountns: 'printed', ...(await flushOutput()) });
}

async function runFile(state: State, run: () => Promise<void>, worker: TestWorker): Promise<void> {
  const { leaks } = worker.options;
  const afterFile = await beforeFile({ isIsolated: state.config.isolate, leaks });
  let judgement: Promise<Error[]> | undefined;
  const judge = () => {
    judgement ??= afterFile();
    return judgement;
  };
  // Not in a copy: that would not follow its tasks.
  state.rpc = withLastWord(state.rpc, async () => {
    // A reporter prints the line of the file next.
    await tellPrinted(worker);
    return judge();
  });
  const errors: unknown[] = [];
  try {
    await run();
  } catch (error) {
    errors.push(error);
  }
  // A file that was never reported as done.
  if (judgement === undefined) errors.push(...(await judge()));
  if (errors.length > 1) throw new AggregateError(errors, errors.map(messageOf).join('\n\n'));
  for (const error of errors) throw error;
}

/** Vitest's runner keeps the test or suite that it is at in `state.current`. */
function followTasks(state: State, onTask: (task: CurrentTask) => void): void {
  type Task = State['current'];
  let current: Task;
  Object.defineProperty(state, 'current', {
    configurable: true,
    enumerable: true,
    get: () => current,
    set: (task: Task) => {
      current = task;
      onTask(task?.type === 'test' ? { test: fullName(task), timeout: task.timeout } : {});
    },
  });
}

function fullName(task: { name: string; suite?: { name: string; suite?: unknown } | undefined }): string {
  const names = [task.name];
  for (let suite = task.suite; suite !== undefined; suite = suite.suite as typeof suite)
    names.unshift(suite.name);
  return names.join(' > ');
}
