import { beforeEach, expect, test, vi } from 'vitest';

import { withLastWord } from '../../../../src/vitest/worker/file-result.js';
import type { Rpc } from '../../../../src/vitest/worker/rpc.js';

type Update = Parameters<Rpc['onTaskUpdate']>;

const FILE = '/project/a.test.ts';
const check = vi.fn(async () => [Object.assign(new Error('it leaks'), { stack: 'Error: it leaks' })]);
const onTaskUpdate = vi.fn(async (..._update: Update) => {});
let rpc: Rpc;

beforeEach(async () => {
  vi.clearAllMocks();
  rpc = withLastWord({ onCollected: async () => {}, onTaskUpdate } as unknown as Rpc, check);
  await rpc.onCollected([{ id: 'file', filepath: FILE }] as Parameters<Rpc['onCollected']>[0]);
});

function update(id: string, event: string, result: object): Promise<void> {
  return rpc.onTaskUpdate(...([[[id, result, {}]], [[id, event, undefined]]] as unknown as Update));
}

test.each(['suite-finished', 'suite-failed-early'])('%s of the file is its end', async (event) => {
  const own = { message: 'its own' };
  await update('file', event, { state: 'pass', duration: 1, errors: [own] });
  const leak = { name: 'Error', message: 'it leaks', stack: `Error: it leaks\n    at ${FILE}:1:1` };
  const result = { state: 'fail', duration: 1, errors: [own, leak] };
  expect(onTaskUpdate.mock.lastCall).toEqual([[['file', result, {}]], [['file', event, undefined]]]);
});

test('the end of a describe() or a test is not that of the file, which may do more', async () => {
  await update('file_0', 'suite-finished', { state: 'pass' });
  await update('file_0_0', 'test-finished', { state: 'pass' });
  expect(check).not.toHaveBeenCalled();
  expect(onTaskUpdate.mock.lastCall?.[0]).toEqual([['file_0_0', { state: 'pass' }, {}]]);
  await update('file', 'suite-finished', { state: 'pass' });
  expect(check).toHaveBeenCalledOnce();
});

test('only the file fails, with what was reported together with its end', async () => {
  await rpc.onTaskUpdate(
    [
      ['file_0', { state: 'pass' }, {}],
      ['file', { state: 'pass' }, {}],
    ],
    [['file', 'suite-finished', undefined]],
  );
  expect(onTaskUpdate.mock.lastCall?.[0].map(([id, result]) => [id, result?.state])).toEqual([
    ['file_0', 'pass'],
    ['file', 'fail'],
  ]);
});

test('the events are those that came, though Vitest uses their array again', async () => {
  const events: Update[1] = [['file', 'suite-finished', undefined]];
  const updated = rpc.onTaskUpdate([['file', { state: 'pass' }, {}]], events);
  events.length = 0;
  await updated;
  expect(onTaskUpdate.mock.lastCall?.[1]).toEqual([['file', 'suite-finished', undefined]]);
});
