import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { expect, test } from 'vitest';

import { startJest } from './jest-run.js';
import type { VitestRun } from './vitest-run.js';

test.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)(
  '%s to Jest ends what its tests have left running',
  async (signal) => {
    const run = startJest('jest-left', { env: { WAITS: 'yes' } });
    const hasEnded = watchLeft(run);
    await run.output(/waiting/);
    run.child.kill(signal);
    await run.done;
    await hasEnded;
  },
);

test('what a worker has left that was killed is ended with the run, and named', async () => {
  const run = startJest('jest-left');
  const hasEnded = watchLeft(run);
  const { code, stderr } = await run.done;
  await hasEnded;
  expect(stderr).toMatch(
    /^mountns: a worker ended with process \d+ \(sleep 1000\) still running: killed\n {2}fix: {2}end what you start/m,
  );
  expect(code).toBe(1);
});

/** Settles when the process that the test has left is not alive any more: it holds a FIFO open. */
function watchLeft(run: VitestRun): Promise<unknown> {
  const fifo = path.join(run.directory, 'alive');
  execFileSync('mkfifo', [fifo]);
  return once(spawn('cat', [fifo], { stdio: 'ignore' }), 'exit');
}
