import { expect, test, vi } from 'vitest';

import { runFiles } from '../../../../src/vitest/worker/run-files.js';

type Request = Parameters<typeof runFiles>[0];
type TestWorker = Parameters<typeof runFiles>[1];

/** Runs `count` test files, for each of which Vitest's worker does what `runBaseTests` does. */
function run(
  count: number,
  runBaseTests: (method: string, state: Request['state']) => Promise<void>,
  onCancel: Request['state']['onCancel'] = () => {},
): Promise<void> {
  const files = Array.from({ length: count }, (_, index) => ({ filepath: `/project/${index}.test.ts` }));
  const state = { ctx: { files }, config: { isolate: true }, rpc: {}, onCancel };
  const worker = {
    runBaseTests,
    diary: { note: () => {} },
    options: { leaks: 'off' },
    ownImports: { endWith: (rpc: unknown) => rpc },
    ownSetupFile: { answerTo: (rpc: unknown) => rpc },
    post: vi.fn(),
  };
  return runFiles(
    { method: 'run', state, traces: {} } as unknown as Request,
    worker as unknown as TestWorker,
  );
}

test('a file that Vitest can’t run fails with the error of that', async () => {
  const error = new Error('this runner is broken');
  await expect(run(1, async () => Promise.reject(error))).rejects.toBe(error);
});

test('a file that begins after the run was cancelled learns it, too', async () => {
  type Cancel = Parameters<Request['state']['onCancel']>[0];
  const listeners: Cancel[] = [];
  const told: string[] = [];
  const runTests = async (_: string, { ctx, onCancel }: Request['state']) => {
    const [file] = ctx.files;
    onCancel((reason) => void told.push(`${file?.filepath}: ${reason}`));
    if (file?.filepath === '/project/0.test.ts') for (const cancel of listeners) cancel('test-failure');
  };
  await run(2, runTests, (listener) => void listeners.push(listener));
  expect(told).toEqual(['/project/0.test.ts: test-failure', '/project/1.test.ts: test-failure']);
});
