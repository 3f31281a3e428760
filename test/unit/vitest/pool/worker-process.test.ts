import type { ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { PassThrough, type Readable } from 'node:stream';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Warden } from '../../../../src/processes/warden.js';
import { type Output, WorkerProcess } from '../../../../src/vitest/pool/worker-process.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A second, and what is to be done right after it: that is in the next millisecond of the fake clock. */
const SECOND = 1001;

/** A process that starts; `print` is its stderr, `printed` what was passed on of it. */
function start() {
  const child = Object.assign(new EventEmitter(), {
    stdout: Object.assign(new PassThrough(), { unref: vi.fn() }),
    stderr: Object.assign(new PassThrough(), { unref: vi.fn() }),
    kill: vi.fn(),
  });
  const printed: string[] = [];
  const stream = { write: (chunk: Buffer, _: Readable) => printed.push(chunk.toString()), flush: () => {} };
  const process = new WorkerProcess(child as unknown as ChildProcess, {
    output: { stdout: stream, stderr: stream } as unknown as Output,
    warden: { start: () => {} } as Warden,
  });
  const print = (text: string) => child.stderr.emit('data', Buffer.from(text));
  return { process, printed, print, exit: () => child.emit('exit', 1, null), kill: child.kill, child };
}

test('what a process prints while it starts is held back for a second, and kept for the error', () => {
  const { process, printed, print } = start();
  print('at once\n');
  vi.advanceTimersByTime(999);
  expect(printed).toEqual([]);
  vi.advanceTimersByTime(SECOND - 999);
  expect(printed).toEqual(['at once\n']);
  print('late\n');
  expect(printed).toEqual(['at once\n']);
  vi.advanceTimersByTime(SECOND);
  expect(printed).toEqual(['at once\n', 'late\n']);
  expect(process.takeStderr()).toBe('at once\nlate');
});

test('what is part of the error already is not printed', () => {
  const { process, printed, print } = start();
  print('at once\n');
  expect(process.takeStderr()).toBe('at once');
  vi.advanceTimersByTime(SECOND);
  expect(printed).toEqual([]);
});

test('a refusal is held until the end, however long a process under load takes to it', () => {
  const { process, printed, print } = start();
  vi.advanceTimersByTime(3000);
  print('NamespaceError: cannot enter\n  why:  a reason\n');
  vi.advanceTimersByTime(3000);
  expect(process.takeStderr()).toBe('NamespaceError: cannot enter\n  why:  a reason');
  expect(printed).toEqual([]);
});

test('of a process that has ended nothing is printed until it is known whether it is part of the error', () => {
  const { process, printed, print, exit } = start();
  print('at once\n');
  vi.advanceTimersByTime(900);
  exit();
  vi.advanceTimersByTime(200);
  expect(printed).toEqual([]);
  expect(process.takeStderr()).toBe('at once');
});

test('all is printed as soon as the process is ready', () => {
  const { process, printed, print } = start();
  print('NamespaceError: of another one\n');
  process.releaseStderr();
  print('and on\n');
  expect(printed).toEqual(['NamespaceError: of another one\n', 'and on\n']);
});

test('of a process that prints a lot the end is kept, and all of it is printed', () => {
  const { process, printed, print } = start();
  const lines = Array.from({ length: 100 }, (_, index) => `${'.'.repeat(1000)} ${index}\n`);
  for (const line of lines) print(line);
  vi.advanceTimersByTime(SECOND);
  expect(printed).toEqual(lines);
  const kept = process.takeStderr();
  expect(kept).toHaveLength(65_535);
  expect(lines.join('')).toContain(kept);
  expect(kept).toMatch(/ 99$/);
});

test('a process that has ended is done with though another one holds its output', async () => {
  const { process, exit, child } = start();
  exit();
  vi.advanceTimersByTime(SECOND);
  expect(await process.closed).toEqual({ exitCode: 1, signal: undefined });
  // Else Node would wait for the other one.
  expect(child.stdout.unref).toHaveBeenCalled();
  expect(child.stderr.unref).toHaveBeenCalled();
});

test('output that comes another way is waited for once, for five seconds', async () => {
  const { process, print } = start();
  process.releaseStderr();
  print('four');
  await process.hasPrinted({ stdout: 0, stderr: 4 });
  const missing = process.hasPrinted({ stdout: 10, stderr: 4 });
  await vi.advanceTimersByTimeAsync(5 * SECOND);
  await missing;
  await process.hasPrinted({ stdout: 10, stderr: 4 });
});

test('output of a process that has ended is not waited for', async () => {
  const { process, exit } = start();
  const missing = process.hasPrinted({ stdout: 10, stderr: 0 });
  exit();
  await vi.advanceTimersByTimeAsync(SECOND);
  await missing;
});

test('a process that does not end when it is killed is taken for ended', async () => {
  const { process, kill } = start();
  process.kill();
  expect(kill).toHaveBeenCalledExactlyOnceWith('SIGKILL');
  expect(process.end).toBeUndefined();
  vi.advanceTimersByTime(3 * SECOND);
  expect(await process.closed).toEqual({ exitCode: undefined, signal: 'SIGKILL' });
});
