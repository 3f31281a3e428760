import type Inspector from 'node:inspector';
import { createRequire } from 'node:module';
import type * as VitestWorker from 'vitest/worker';
import { notices } from '../../processes/notices.js';
import { readProc } from '../../processes/proc.js';
import type { ResolvedOptions } from '../options.js';
import { HEARTBEAT, type WorkerMessage } from '../protocol.js';
import { openCurrentTask } from './current-task.js';
import { Diary } from './diary.js';
import { endLeftProcesses } from './left-processes.js';
import { Messages } from './messages.js';
import { OwnImports } from './own-imports.js';
import { OwnSetupFile } from './own-setup-file.js';
import { runFiles } from './run-files.js';

// Tests replace globals, timers and methods of process: everything is taken here, before they do.
const processExit = process.exit.bind(process);
const processSend = process.send?.bind(process) as (message: unknown) => boolean;
const processOn = process.on.bind(process);
const processOff = process.off.bind(process);
const require = createRequire(import.meta.url);

/** Connects this process with Vitest: messages of Vitest run through the channel of the pool. */
export function serve(
  { init, runBaseTests, setupEnvironment }: typeof VitestWorker,
  options: ResolvedOptions,
  findsVitest: boolean,
): Promise<never> {
  const currentTask = openCurrentTask();
  const diary = new Diary(readProc('uptime'));
  const ownImports = new OwnImports(post);
  notices.print = ({ summary, why, fix, isShared }) =>
    post({ mountns: 'notice', notice: { summary, why, fix, isShared }, ...diary.current });
  const ownSetupFile = new OwnSetupFile(findsVitest);
  const worker = { runBaseTests, currentTask, diary, options, ownImports, ownSetupFile, post };
  const messages = new Messages();
  const heartbeat = setInterval(
    () => post({ mountns: 'alive', isInspected: isInspected() }),
    HEARTBEAT,
  ).unref();
  processOn('error', onError);
  processOn('disconnect', onDisconnect);
  if (process.execArgv.some((option) => WRITES_AT_EXIT.test(option)))
    processOn('SIGTERM', () => processExit());
  init({
    post: processSend,
    on: (callback) => messages.on(callback),
    off: (callback) => messages.off(callback),
    teardown: () => {
      clearInterval(heartbeat);
      messages.close();
      processOff('error', onError);
      processOff('disconnect', onDisconnect);
      process.exit = processExit;
    },
    runTests: (state, traces) => runFiles({ method: 'run', state, traces }, worker),
    collectTests: (state, traces) => runFiles({ method: 'collect', state, traces }, worker),
    setup: async (context) => {
      // Another one can be the user's.
      if (context.environment.name !== 'node') ownImports.end();
      const teardown = await setupEnvironment(context);
      return async () => {
        await teardown();
        if (await endLeftProcesses(diary)) post({ mountns: 'deserted' });
      };
    },
  });
  // First: the pool starts the next worker when this one is ready.
  ownImports.tell();
  post({
    mountns: 'ready',
    currentTaskFd: currentTask?.fd,
    isInspected: canBeInspected() && isInspected(),
  });
  return new Promise(() => {});
}

function post(message: WorkerMessage): void {
  processSend(message);
}

// Else it would try to send its errors about a closed channel through the closed channel.
function onError(error: NodeJS.ErrnoException): void {
  if (error.code === 'ERR_IPC_CHANNEL_CLOSED' || error.code === 'EPIPE') processExit(1);
}

function onDisconnect(): void {
  processExit(1);
}

/** Loaded at the first heartbeat, unless there can be a debugger before that: it takes time, in each worker. */
function isInspected(): boolean {
  return (require('node:inspector') as typeof Inspector).url() !== undefined;
}

/** By an option of Node, or by a preload that has loaded this module, as that of an editor does. */
function canBeInspected(): boolean {
  const { moduleLoadList } = process as { moduleLoadList?: readonly string[] };
  if (moduleLoadList?.includes('NativeModule inspector') !== false) return true;
  return [...process.execArgv, process.env.NODE_OPTIONS ?? ''].some((option) => option.includes('--inspect'));
}

/** Such a profile is lost when the process is ended by a signal (nodejs/node#55094). */
const WRITES_AT_EXIT = /^--(prof|cpu-prof|heap-prof|diagnostic-dir)/;
