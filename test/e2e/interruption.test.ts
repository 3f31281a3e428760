import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { describe, expect, test, vi } from 'vitest';

import { runners, startVitest, type VitestRun } from './vitest-run.js';

const CTRL_C = '\x03';

describe.each(runners)('%s', (runner) => {
  test.each(['--isolate', '--no-isolate'])('with %s, Ctrl-C runs no other test', async (isolate) => {
    const run = startVitest('waits', { runner, args: ['watch', isolate], terminal: true });
    await run.output(/waiting/);
    run.child.stdin?.write(CTRL_C);
    await run.output(/Cancelling test run/);
    await run.done;
    expect(run.exists('ran-after')).toBe(false);
    expect(run.exists('ran-next')).toBe(false);
  });

  test('Ctrl-C twice waits for nothing', async () => {
    const run = startVitest('waits', { runner, args: ['watch'], terminal: true });
    await run.output(/waiting/);
    run.child.stdin?.write(CTRL_C);
    await run.output(/Cancelling test run/);
    run.child.stdin?.write(CTRL_C);
    await run.done;
    expect(run.exists('ran-after')).toBe(false);
  });

  test.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)(
    '%s to Vitest takes its workers along',
    async (signal) => {
      const run = startVitest('waits', { runner });
      const allDead = watchWorkers(run);
      await run.output(/waiting/);
      // The spare one too.
      await vi.waitFor(() => expect(run.read('started').trim().split('\n')).toHaveLength(2), 10_000);
      run.child.kill(signal);
      await run.done;
      await allDead;
    },
  );
});

/** Settles when no worker is alive any more; each of them holds a FIFO open. */
function watchWorkers(run: VitestRun): Promise<unknown> {
  const fifo = path.join(run.directory, 'alive');
  execFileSync('mkfifo', [fifo]);
  return once(spawn('cat', [fifo], { stdio: 'ignore' }), 'exit');
}
