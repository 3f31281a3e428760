import { constants } from 'node:os';

import { WorkerError } from '../../errors/worker-error.cjs';
import type { CurrentTask } from '../protocol.js';
import type { WorkerEnd } from './worker-process.js';

interface Circumstances extends CurrentTask {
  pid: number;
  /** The test files that it had, in order; the first is the one that it was running. */
  files: readonly string[];
}

/** A worker that never got ready. Its own words are on stderr: the preload says there why it refused. */
export function startFailure({
  error,
  end,
  pid,
  stderr,
}: {
  error: Error;
  end: WorkerEnd | undefined;
  pid: number | undefined;
  stderr: string;
}): WorkerError {
  const refusal = /^(?:\w*Error): ([^\n]*(?:\n {2}(?:why|fix|call): .*|\n {8}.*)*)/m.exec(stderr);
  const how = end === undefined ? error.message : describeEnd(end);
  if (refusal?.[1] !== undefined && stderr.includes('ERR_MOUNTNS')) {
    const [summary, ...parts] = refusal[1].split('\n') as [string, ...string[]];
    return new WorkerError(
      { summary: `the worker did not start: ${summary}`, ...readParts(parts), cause: error },
      { pid, ...end },
    );
  }
  return new WorkerError(
    {
      summary: `the worker did not start: ${pid === undefined ? how : `process ${pid} ${how}`}`,
      why: stderr === '' ? 'it printed nothing on stderr' : `it printed on stderr:\n${stderr}`,
    },
    { pid, ...end },
  );
}

/** The same again, for the files after the first: the reason once is enough. */
export function refusedBefore({ message }: WorkerError): WorkerError {
  return new WorkerError({ summary: `${message.split('\n', 1)[0]} (see the first error)` });
}

/** A worker that ended while it ran test files. */
export function death({ exitCode, signal }: WorkerEnd, circumstances: Circumstances): WorkerError {
  const { pid, files, test } = circumstances;
  return new WorkerError(
    {
      summary: `worker ${pid} ${describeEnd({ exitCode, signal })} while it ran ${describeFile(circumstances)}`,
      why: describeRest(files),
    },
    { pid, exitCode, signal, file: files[0], test },
  );
}

/** A worker whose event loop did not turn. */
export function hang(seconds: number, state: string, circumstances: Circumstances): WorkerError {
  const { pid, files, test } = circumstances;
  return new WorkerError(
    {
      summary: `worker ${pid} hung in synchronous code for ${seconds} s and was killed while it ran ${describeFile(circumstances)}`,
      why: [
        `its event loop did not turn; its main thread was ${STATES[state] ?? `in state ${state}`}`,
        describeRest(files),
      ]
        .filter((line) => line !== undefined)
        .join('\n'),
      fix: 'look for an endless loop, or raise the timeout of the test when the code is merely slow',
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

function describeFile({ files, test }: Circumstances): string {
  const file = files[0] ?? 'no test file';
  return test === undefined ? file : `${file}, test "${test}"`;
}

function describeRest(files: readonly string[]): string | undefined {
  return files.length > 1
    ? `the files that it had left did not run: ${files.slice(1).join(', ')}`
    : undefined;
}

function readParts(lines: readonly string[]): { why?: string; fix?: string; call?: string } {
  const parts: Record<string, string> = {};
  let label = '';
  for (const line of lines) {
    const start = /^ {2}(why|fix|call): +(.*)$/.exec(line);
    if (start !== null) {
      label = start[1] as string;
      parts[label] = start[2] as string;
    } else parts[label] += `\n${line.trimStart()}`;
  }
  return parts;
}

/** The states of proc_pid_stat(5) that a hung thread can be in. */
const STATES: Record<string, string> = {
  R: 'running (state R)',
  S: 'sleeping (state S)',
  D: 'waiting for a disk or a file system (state D)',
};
