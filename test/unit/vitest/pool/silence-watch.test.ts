import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { expect, onTestFinished, test, vi } from 'vitest';

import { SilenceWatch } from '../../../../src/vitest/pool/silence-watch.js';
import { HEARTBEAT } from '../../../../src/vitest/protocol.js';

/** That of the worker's code, and a minute. */
const PATIENCE = 61_000;

/** Watches a process, one that sleeps say, in a time of its own. */
async function watchProcess(script = 'exec sleep 1000', state = 'S') {
  const child = spawn('sh', ['-c', script], { stdio: 'ignore', detached: true });
  await once(child, 'spawn');
  const pid = child.pid as number;
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const onSilence = vi.fn();
  const onStop = vi.fn();
  const watch = new SilenceWatch({ pid, isInspected: false, limit: () => 1000, onSilence, onStop });
  onTestFinished(async () => {
    watch.stop();
    vi.useRealTimers();
    process.kill(-pid, 'SIGKILL');
    await once(child, 'exit');
  });
  const signal = async (name: NodeJS.Signals, state: string) => {
    child.kill(name);
    await vi.waitFor(
      () => expect(readFileSync(`/proc/${pid}/stat`, 'latin1')).toContain(`) ${state} `),
      10_000,
    );
  };
  await signal('SIGCONT', state);
  const children = () => readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1');
  const wchan = () => readFileSync(`/proc/${pid}/wchan`, 'latin1');
  return { watch, onSilence, onStop, signal, children, wchan };
}

test('tells of silence once, when it has lasted for longer than the code may take', async () => {
  const { onSilence } = await watchProcess();
  vi.advanceTimersByTime(PATIENCE);
  expect(onSilence).not.toHaveBeenCalled();
  vi.advanceTimersByTime(HEARTBEAT);
  expect(onSilence.mock.calls).toEqual([[(PATIENCE + HEARTBEAT) / 1000, 'S']]);
  vi.advanceTimersByTime(2 * PATIENCE);
  expect(onSilence).toHaveBeenCalledOnce();
});

test('begins anew with each message', async () => {
  const { watch, onSilence } = await watchProcess();
  vi.advanceTimersByTime(PATIENCE);
  watch.hear();
  vi.advanceTimersByTime(PATIENCE);
  expect(onSilence).not.toHaveBeenCalled();
});

test('leaves one with a debugger alone, until that has gone', async () => {
  const { watch, onSilence } = await watchProcess();
  watch.hear(true);
  vi.advanceTimersByTime(2 * PATIENCE);
  expect(onSilence).not.toHaveBeenCalled();
  watch.hear(false);
  vi.advanceTimersByTime(PATIENCE + HEARTBEAT);
  expect(onSilence).toHaveBeenCalledOnce();
});

test('tells once of one that is stopped, whose time does not count, and again when it was heard meanwhile', async () => {
  const { watch, onSilence, onStop, signal } = await watchProcess();
  for (const count of [1, 2]) {
    await signal('SIGSTOP', 'T');
    vi.advanceTimersByTime(3 * PATIENCE);
    expect(onStop).toHaveBeenCalledTimes(count);
    await signal('SIGCONT', 'S');
    vi.advanceTimersByTime(HEARTBEAT);
    expect(onSilence).not.toHaveBeenCalled();
    watch.hear();
  }
});

test('does not leave one alone that waits for no child, though it has one', async () => {
  const script = `
    require('node:child_process').spawn('sleep', ['1000'], { stdio: 'ignore' });
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);`;
  const hung = await watchProcess(`exec '${process.execPath}' -e "${script}"`);
  await vi.waitFor(() => expect(hung.children()).not.toBe(''), 10_000);
  await vi.waitFor(() => expect(hung.wchan()).toContain('futex'), 10_000);
  vi.advanceTimersByTime(2 * PATIENCE);
  expect(hung.onSilence).toHaveBeenCalledOnce();
});

test('leaves one alone that waits for a child, and not one that is busy beside one', async () => {
  const waiting = await watchProcess('sleep 1000; true');
  await vi.waitFor(() => expect(waiting.children()).not.toBe(''), 10_000);
  vi.advanceTimersByTime(2 * PATIENCE);
  expect(waiting.onSilence).not.toHaveBeenCalled();
  waiting.watch.stop();
  const busy = await watchProcess('sleep 1000 & while :; do :; done', 'R');
  await vi.waitFor(() => expect(busy.children()).not.toBe(''), 10_000);
  vi.advanceTimersByTime(2 * PATIENCE);
  expect(busy.onSilence).toHaveBeenCalledOnce();
});
