import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { expect, onTestFinished, test, vi } from 'vitest';

import { SilenceWatch } from '../../../../src/vitest/pool/silence-watch.js';
import { HEARTBEAT } from '../../../../src/vitest/protocol.js';

/** That of the worker's code, and a minute. */
const PATIENCE = 61_000;

/** Watches a process that sleeps, in a time of its own. */
async function watchSleep() {
  const child = spawn('sleep', ['1000'], { stdio: 'ignore' });
  await once(child, 'spawn');
  const pid = child.pid as number;
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const onSilence = vi.fn();
  const onStop = vi.fn();
  const watch = new SilenceWatch({ pid, isInspected: false, limit: () => 1000, onSilence, onStop });
  onTestFinished(async () => {
    watch.stop();
    vi.useRealTimers();
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  const signal = async (name: NodeJS.Signals, state: string) => {
    child.kill(name);
    await vi.waitFor(
      () => expect(readFileSync(`/proc/${pid}/stat`, 'latin1')).toContain(`) ${state} `),
      10_000,
    );
  };
  await signal('SIGCONT', 'S');
  return { watch, onSilence, onStop, signal };
}

test('tells of silence once, when it has lasted for longer than the code may take', async () => {
  const { onSilence } = await watchSleep();
  vi.advanceTimersByTime(PATIENCE);
  expect(onSilence).not.toHaveBeenCalled();
  vi.advanceTimersByTime(HEARTBEAT);
  expect(onSilence.mock.calls).toEqual([[(PATIENCE + HEARTBEAT) / 1000, 'S']]);
  vi.advanceTimersByTime(2 * PATIENCE);
  expect(onSilence).toHaveBeenCalledOnce();
});

test('begins anew with each message', async () => {
  const { watch, onSilence } = await watchSleep();
  vi.advanceTimersByTime(PATIENCE);
  watch.hear();
  vi.advanceTimersByTime(PATIENCE);
  expect(onSilence).not.toHaveBeenCalled();
});

test('leaves one with a debugger alone, until that has gone', async () => {
  const { watch, onSilence } = await watchSleep();
  watch.hear(true);
  vi.advanceTimersByTime(2 * PATIENCE);
  expect(onSilence).not.toHaveBeenCalled();
  watch.hear(false);
  vi.advanceTimersByTime(PATIENCE + HEARTBEAT);
  expect(onSilence).toHaveBeenCalledOnce();
});

test('tells once of one that is stopped, whose time does not count, and again when it was heard meanwhile', async () => {
  const { watch, onSilence, onStop, signal } = await watchSleep();
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
