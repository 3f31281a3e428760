import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';

test('a worker_thread is told who opens scopes', async () => {
  const worker = new Worker(
    `import(${JSON.stringify(path.resolve('dist/src/index.js'))})
      .then(({ withMountNamespace }) => withMountNamespace(() => {}))
      .catch(({ message }) => require('node:worker_threads').parentPort.postMessage(message));`,
    { eval: true },
  );
  const message = await new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  expect(message).toBe(
    'cannot open a scope here: this is a worker_thread\n' +
      '  fix:  open it in the main thread: all threads of a process are in its scopes',
  );
  await worker.terminate();
});
