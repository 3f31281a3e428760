import { PassThrough, Writable } from 'node:stream';
import { expect, onTestFinished, test, vi } from 'vitest';

import { OutputStream } from '../../../../src/vitest/pool/output-stream.js';

test('stops reading from its sources while the target is full, with one listener for all of them', async () => {
  const chunks: string[] = [];
  let finishWrite = () => {};
  const target = new Writable({
    highWaterMark: 4,
    write(chunk, _encoding, callback) {
      chunks.push(String(chunk));
      finishWrite = callback;
    },
  });
  const output = new OutputStream(target);
  const sources = Array.from({ length: 20 }, () => new PassThrough());
  for (const source of sources) source.on('data', (chunk: Buffer) => output.write(chunk, source));
  for (const round of [1, 2]) {
    for (const source of sources) source.write('1234\n');
    await turn();
    expect(sources.every((source) => source.isPaused())).toBe(true);
    expect(target.listenerCount('drain')).toBe(1);
    while (target.writableLength > 0) {
      finishWrite();
      await turn();
    }
    expect(chunks).toEqual(Array(20 * round).fill('1234\n'));
    expect(sources.some((source) => source.isPaused())).toBe(false);
    expect(target.listenerCount('drain')).toBe(0);
  }
});

test('writes with the method that the target has at that time, since reporters replace it', () => {
  const target = new PassThrough();
  const output = new OutputStream(target);
  const written: unknown[] = [];
  target.write = (chunk: unknown) => written.push(chunk) > 0;
  output.write(Buffer.from('text\n'), new PassThrough());
  expect(written).toEqual([Buffer.from('text\n')]);
});

test('keeps lines of several sources whole, and does not wait for the end of a line for long', async () => {
  const target = new PassThrough({ encoding: 'utf8' });
  const output = new OutputStream(target);
  const [one, two] = [new PassThrough(), new PassThrough()];
  output.write(Buffer.from('one begins, '), one);
  output.write(Buffer.from('two\nprompt: '), two);
  output.write(Buffer.from('one ends\nlast words'), one);
  expect(target.read()).toBe('two\none begins, one ends\n');
  output.flush(one);
  expect(target.read()).toBe('last words');
  await vi.waitFor(() => expect(target.read()).toBe('prompt: '), 4000);
});

test('writes each part of a line once, and a long line at once', () => {
  const target = new PassThrough({ encoding: 'utf8' });
  const output = new OutputStream(target);
  const source = new PassThrough();
  for (const text of ['a', 'b\n', 'c\n']) output.write(Buffer.from(text), source);
  expect(target.read()).toBe('ab\nc\n');
  output.write(Buffer.alloc(1 << 20, 'x'), source);
  expect(target.read()).toHaveLength(1 << 20);
});

test('waits again for a line of which more has come, and for those that begin later', () => {
  vi.useFakeTimers({ toFake: ['setImmediate', 'setTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const target = new PassThrough({ encoding: 'utf8' });
  const output = new OutputStream(target);
  const source = new PassThrough();
  output.write(Buffer.from('a'), source);
  // What has come while this process was busy is read after the timer and before what that has set.
  setTimeout(() => output.write(Buffer.from('b'), source), 1000);
  vi.advanceTimersByTime(1500);
  expect(target.read()).toBeNull();
  vi.advanceTimersByTime(1000);
  expect(target.read()).toBe('ab');
  output.write(Buffer.from('c'), source);
  vi.advanceTimersByTime(1001);
  expect(target.read()).toBe('c');
});

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
