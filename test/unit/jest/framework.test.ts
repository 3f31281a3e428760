import { createRequire } from 'node:module';
import path from 'node:path';
import { expect, test } from 'vitest';

const require = createRequire(path.resolve('dist/src/jest/framework.cjs'));
const { workerState } = require('./worker-state.cjs');

/** Runs a file whose own framework can't be loaded, to the end of its environment; returns what it fails with. */
async function runFile(files: object): Promise<Error> {
  Object.assign(workerState, {
    files: { startTests: () => {}, endTests: async () => {}, next: async () => {}, ...files },
  });
  const environment = { teardown: async () => {} };
  const config = { mountnsTransform: '/none' };
  const run = await require('./framework.cjs').default;
  const ran = run({ rootDir: '/project' }, config, environment, {}, '/project/a.test.js');
  const error: Error = await ran.catch((error: Error) => error);
  await environment.teardown();
  expect(error.stack).toContain("Cannot find module '/none'");
  return error;
}

test.each(['next', 'endTests'])(
  'a file is told why its worker can’t be made ready for the next one: %s',
  async (step) => {
    const failure = new Error('processes did not end');
    const error = await runFile({ [step]: async () => Promise.reject(failure) });
    expect(error.stack).toContain(failure.message);
  },
);

test.each([
  ['from the end of the one before', {}, 2],
  ['from its beginning, where that one has failed', { next: () => Promise.reject(new Error('failed')) }, 1],
])('what a file lets out is looked for %s', async (_, files, count) => {
  const begun: object[] = [];
  const beginLeakCheck = () => {
    begun.push({ end: () => [] });
    return begun.at(-1);
  };
  Object.assign(workerState, { beginLeakCheck, leakCheck: undefined });
  await runFile(files);
  expect(begun).toHaveLength(count);
  await require('./framework.cjs').default;
  expect(begun).toHaveLength(2);
  expect(workerState.leakCheck).toBe(begun[1]);
});
