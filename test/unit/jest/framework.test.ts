import { createRequire } from 'node:module';
import path from 'node:path';
import { expect, test } from 'vitest';

const require = createRequire(path.resolve('dist/src/jest/framework.cjs'));

test('a file whose worker can’t be made ready for the next one is told that', async () => {
  const { workerState } = require('./worker-state.cjs');
  const failure = new Error('processes did not end');
  const files = { startTests: () => {}, endTests: async () => {}, next: async () => Promise.reject(failure) };
  Object.assign(workerState, { files });
  const environment = { teardown: async () => {} };
  const config = { mountnsTransform: '/none' };
  const runFile = await require('./framework.cjs').default;
  const run = runFile({ rootDir: '/project' }, config, environment, {}, '/project/a.test.js');
  const error: Error = await run.catch((error: Error) => error);
  expect(error.stack).toContain("Cannot find module '/none'");
  await environment.teardown();
  expect(error.stack).toContain(failure.message);
});
