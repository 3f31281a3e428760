import { once } from 'node:events';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';

test('tells the thread that the process began with from others', async () => {
  const module = JSON.stringify(path.resolve('dist/native/main-thread.cjs'));
  const script = `require('node:worker_threads').parentPort.postMessage(require(${module}).isMainThread())`;
  expect((await once(new Worker(script, { eval: true }), 'message'))[0]).toBe(false);
  const { isMainThread } = await import('../../../native/main-thread.cjs');
  expect(isMainThread()).toBe(true);
});
