import { beforeEach, expect, test } from 'vitest';

import type { TestBlock, TestEnvironment } from '../../../src/jest/jest.cjs';
import { watchTests } from '../../../src/jest/watch-tests.cjs';
import type { FileTrees } from '../../../src/scope/file-trees.js';

const told: unknown[] = [];
const files = {
  startTest: () => told.push('start'),
  endTest: (title: string) => told.push(title),
} as unknown as FileTrees;
const root: TestBlock = { name: 'ROOT_DESCRIBE_BLOCK' };
const block: TestBlock = { name: 'a block', parent: { name: 'of some', parent: root } };
const events = [
  { name: 'test_start', test: { name: 'a test', parent: block } },
  { name: 'test_done', test: { name: 'a test', parent: block } },
];

beforeEach(() => {
  told.length = 0;
});

async function watch(environment: TestEnvironment, first: object): Promise<void> {
  watchTests(environment, files);
  for (const event of [first, ...events]) await environment.handleTestEvent?.(event as never, {});
}

test('tells when a test starts and ends, by its title', async () => {
  await watch({ teardown: async () => {} }, { name: 'add_test' });
  expect(told).toEqual(['start', 'of some › a block › a test']);
});

test('tells of no test in a file in which some run at the same time', async () => {
  await watch({ teardown: async () => {} }, { name: 'add_test', concurrent: true });
  expect(told).toEqual([]);
});

test('lets the environment handle each event first', async () => {
  const handled = async ({ name }: { name: string }) => {
    await new Promise(setImmediate);
    told.push(name);
  };
  await watch({ teardown: async () => {}, handleTestEvent: handled }, { name: 'setup' });
  expect(told).toEqual(['setup', 'test_start', 'start', 'test_done', 'of some › a block › a test']);
});
