import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { Worker } from 'node:worker_threads';
import { withMountNamespace } from 'mountns';
import { expect, test } from 'mountns/vitest';
import { onTestFinished } from 'vitest';

/** A process whose parent has ended. */
function startDaemon(): number {
  const script = 'sleep 1000 >/dev/null 2>&1 & echo $!';
  return Number(execFileSync('sh', ['-c', script], { encoding: 'utf8' }));
}

/** As programs do that stop a daemon: one that has ended is there until it has been waited for. */
function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    expect(error).toMatchObject({ code: 'ESRCH' });
    return false;
  }
}

function expectToGo(pid: number) {
  return expect.poll(() => isThere(pid), { interval: 5, timeout: 5_000 }).toBe(false);
}

test('daemons that have ended are gone, in a scope and outside', async () => {
  const outside = startDaemon();
  process.kill(outside);
  await expectToGo(outside);

  await withMountNamespace(async () => {
    const daemons = [startDaemon(), startDaemon()];
    for (const pid of daemons) process.kill(pid);
    for (const pid of daemons) await expectToGo(pid);
  });
});

test('the child of a worker_thread is left to it, however late that one looks', async () => {
  const turn = new Int32Array(new SharedArrayBuffer(4));
  const thread = new Worker(
    `const { parentPort, workerData } = require('node:worker_threads');
    const child = require('node:child_process').spawn('sh', ['-c', 'exit 7']);
    child.on('exit', (code) => parentPort.postMessage(code));
    parentPort.postMessage(child.pid);
    Atomics.wait(workerData, 0, 0);`,
    { eval: true, workerData: turn },
  );
  onTestFinished(async () => void (await thread.terminate()));
  const [pid] = await once(thread, 'message');
  const state = () => fs.readFileSync(`/proc/${pid}/stat`, 'latin1');
  await expect.poll(state, { interval: 5, timeout: 5_000 }).toMatch(/\) Z /);

  const daemon = startDaemon();
  process.kill(daemon);
  await expectToGo(daemon);
  await withMountNamespace(() => {});

  const exit = once(thread, 'message');
  Atomics.store(turn, 0, 1);
  Atomics.notify(turn, 0);
  expect(await exit).toEqual([7]);
});
