import type { ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { PassThrough, type Readable } from 'node:stream';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Warden } from '../../../../src/processes/warden.js';
import { type Output, WorkerProcess } from '../../../../src/vitest/pool/worker-process.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A process that starts; `print` is its stderr, `printed` what was passed on of it. */
function start() {
  const child = Object.assign(new EventEmitter(), { stdout: new PassThrough(), stderr: new PassThrough() });
  const printed: string[] = [];
  const stream = { write: (chunk: Buffer, _: Readable) => printed.push(chunk.toString()) };
  const process = new WorkerProcess(child as unknown as ChildProcess, {
    output: { stdout: stream, stderr: stream } as unknown as Output,
    warden: { start: () => {} } as Warden,
  });
  return { process, printed, print: (text: string) => child.stderr.emit('data', Buffer.from(text)) };
}

test('what a process prints while it starts is held back for a second, and kept for the error', () => {
  const { process, printed, print } = start();
  print('at once\n');
  expect(printed).toEqual([]);
  vi.advanceTimersByTime(1000);
  expect(printed).toEqual(['at once\n']);
  print('late\n');
  expect(printed).toEqual(['at once\n', 'late\n']);
  expect(process.takeStderr()).toBe('at once\nlate');
});

test('what is part of the error already is not printed', () => {
  const { process, printed, print } = start();
  print('at once\n');
  expect(process.takeStderr()).toBe('at once');
  vi.advanceTimersByTime(1000);
  expect(printed).toEqual([]);
});

test('of a process that prints a lot the end is kept, and all of it is printed', () => {
  const { process, printed, print } = start();
  const lines = Array.from({ length: 100 }, (_, index) => `${'.'.repeat(1000)} ${index}\n`);
  for (const line of lines) print(line);
  vi.advanceTimersByTime(1000);
  expect(printed).toEqual(lines);
  const kept = process.takeStderr();
  expect(kept).toHaveLength(65_535);
  expect(lines.join('')).toContain(kept);
  expect(kept).toMatch(/ 99$/);
});
