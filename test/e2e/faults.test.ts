import fs from 'node:fs';
import { describe, expect, test } from 'vitest';

import { RunMark } from '../run-mark.js';
import { readHostTable } from './host-table.js';
import { runners, startVitest, type VitestRun } from './vitest-run.js';

/** Starts a file that is busy in a scope and one that hangs in one, and waits until they are. */
async function startBusy(runner: (typeof runners)[number], mark: RunMark): Promise<VitestRun> {
  // As the leader of a process group.
  const run = startVitest('faults', { runner, env: mark.env, wrapper: ['setsid'] });
  await run.output(/busy \d+\n/);
  await run.output(/hung \d+\n/);
  return run;
}

describe.each(runners)('%s', (runner) => {
  test.each([
    { victim: 'the main process of Vitest', sign: 1 },
    { victim: 'its whole process group', sign: -1 },
  ])('no process, no mount and no directory stays when $victim is killed', async ({ sign }) => {
    const mark = new RunMark();
    const before = readHostTable();
    const run = await startBusy(runner, mark);
    // Vitest, two workers, five children, and the warden.
    await expect.poll(() => mark.processes(), { interval: 5, timeout: 20_000 }).toHaveLength(9);
    process.kill(sign * (run.child.pid as number), 'SIGKILL');
    expect(await run.done).toMatchObject({ signal: 'SIGKILL' });
    await expect.poll(() => mark.processes(), { interval: 5, timeout: 20_000 }).toEqual([]);
    expect(readHostTable()).toBe(before);
    expect(fs.existsSync('/mnt/faults')).toBe(false);
  });

  test('a worker that hangs in a scope is killed with what it has started, and so is one that dies', async () => {
    const mark = new RunMark();
    const before = readHostTable();
    const env = { ...mark.env, MOUNTNS_SILENCE_MARGIN: '500' };
    const run = startVitest('faults', { runner, env });
    const [, busy] = await run.output(/busy (\d+)\n/);
    await run.output(/hung \d+\n/);
    process.kill(Number(busy), 'SIGKILL');
    const { code, stderr } = await run.done;
    expect(stderr).toMatch(/hung in synchronous code for \d+ s and was killed while it ran hung\.test\.ts/);
    expect(stderr).toMatch(
      /^mountns: hung\.test\.ts, test "hangs in a scope": the worker ended with process \d+ \(sleep 1000\) still running: killed$/m,
    );
    expect(stderr).toMatch(
      /^mountns: busy\.test\.ts, test ".*": the worker ended with processes (\d+ \(sleep 1000\)(, )?){4} still running: killed$/m,
    );
    expect(mark.processes()).toEqual([]);
    expect(readHostTable()).toBe(before);
    expect(code).toBe(1);
  });
});
