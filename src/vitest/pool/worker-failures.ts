import { constants } from 'node:os';

import { type Explanation, withoutFrames } from '../../errors/explained-error.cjs';
import { NamespaceError } from '../../errors/namespace-error.cjs';
import { WorkerError } from '../../errors/worker-error.cjs';
import type { Mount } from '../../mounts/mount.js';
import { printable } from '../../mounts/printable.js';
import type { CurrentTask } from '../protocol.js';

/** How a worker ended. */
export interface WorkerEnd {
  exitCode: number | undefined;
  signal: string | undefined;
}

interface StartFacts {
  error: Error;
  end: WorkerEnd | undefined;
  pid: number | undefined;
  stderr: string;
}

interface Circumstances extends CurrentTask {
  pid: number;
  /** The test files that it had, in order; the first is the one that it was running. */
  files: readonly string[];
  /** The last one that it has run. */
  lastFile: string | undefined;
}

/** A worker that never got ready. Its own words are on stderr: the preload says there why it refused. */
export function startFailure({ error, end, pid, stderr }: StartFacts): WorkerError | NamespaceError {
  const refusal = REFUSAL.exec(stderr)?.[1];
  if (refusal !== undefined) return withoutFrames(new NamespaceError(readExplanation(refusal)));
  const how = end === undefined ? error.message : describeEnd(end);
  return new WorkerError(
    {
      summary: `the worker did not start: ${pid === undefined ? how : `process ${pid} ${how}`}`,
      why: stderr === '' ? 'it printed nothing on stderr' : `it printed on stderr:\n${stderr}`,
    },
    { pid, ...end },
  );
}

/** Whether a worker that has printed this on stderr is about to end. */
export function isRefusal(stderr: string): boolean {
  return REFUSAL.test(stderr);
}

/** A worker that ended while it ran test files. */
export function death({ exitCode, signal }: WorkerEnd, circumstances: Circumstances): WorkerError {
  const { pid, files, test } = circumstances;
  return new WorkerError(
    {
      summary: `worker ${pid} ${describeEnd({ exitCode, signal })} ${describeFile(circumstances)}`,
      why: describeRest(files),
    },
    { pid, exitCode, signal, file: files[0], test },
  );
}

/** What was seen of a worker whose event loop did not turn. */
export interface HangFacts {
  seconds: number;
  /** Of its main thread (proc_pid_stat(5)). */
  state: string;
  /** What it may wait for. */
  servers: readonly Mount[];
}

/** A worker whose event loop did not turn. */
export function hang({ seconds, state, servers }: HangFacts, circumstances: Circumstances): WorkerError {
  const { pid, files, test } = circumstances;
  const names = servers.map(({ mountPoint, fsType }) => `${printable(mountPoint)} (${fsType})`).join(', ');
  return new WorkerError(
    {
      summary: `worker ${pid} hung in synchronous code for ${seconds} s and was killed ${describeFile(circumstances)}`,
      why: [
        `its event loop did not turn; its main thread was ${STATES[state] ?? `in state ${state}`}`,
        describeRest(files),
      ]
        .filter((line) => line !== undefined)
        .join('\n'),
      fix: `look for an endless loop${names && `, for a file system that does not answer: ${names}`}, or raise the timeout of the test, for a hook hookTimeout, when the code is merely slow`,
    },
    { pid, signal: 'SIGKILL', file: files[0], test },
  );
}

function describeEnd({ exitCode, signal }: WorkerEnd): string {
  if (signal !== undefined) {
    return `was killed by ${signal} (signal ${constants.signals[signal as NodeJS.Signals]})`;
  }
  return `exited with code ${exitCode}`;
}

function describeFile({ files, lastFile, test }: Circumstances): string {
  const [file] = files;
  if (file === undefined) {
    return lastFile === undefined ? 'before it ran a test file' : `after it had run ${lastFile}`;
  }
  return `while it ran ${file}${test === undefined ? '' : `, test "${test}"`}`;
}

function describeRest(files: readonly string[]): string | undefined {
  return files.length > 1
    ? `the files that it had left did not run: ${files.slice(1).join(', ')}`
    : undefined;
}

/** Takes the text of an explained error apart again. */
function readExplanation(text: string): Explanation {
  const [summary, ...lines] = text.split('\n') as [string, ...string[]];
  const parts: Record<string, string> = {};
  let label = '';
  for (const line of lines) {
    const [, start, rest] = /^ {2}(why|fix|call): +(.*)$/.exec(line) ?? [];
    if (start !== undefined) label = start;
    parts[label] = start === undefined ? `${parts[label]}\n${line.trimStart()}` : (rest as string);
  }
  return { summary, ...parts };
}

/** An uncaught NamespaceError as Node prints it, up to its stack. */
const REFUSAL = /^NamespaceError: ([^\n]*(?:\n {2}(?:why|fix|call): .*|\n {8}.*)*)/m;

/** The states of proc_pid_stat(5) that a hung thread can be in. */
const STATES: Record<string, string> = {
  R: 'running (state R)',
  S: 'sleeping (state S)',
  D: 'waiting for a disk or a file system (state D)',
};
