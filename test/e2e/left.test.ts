import fs from 'node:fs';
import { describe, expect, test } from 'vitest';

import { RunMark } from '../run-mark.js';
import { readHostTable } from './host-table.js';
import { runners, runVitest } from './vitest-run.js';

/** What was printed about processes that were left running, from `mountns:` on. */
function notices(stderr: string): string[] {
  return stderr.split('\n').filter((line) => line.startsWith('mountns: '));
}

describe.each(runners)('%s', (runner) => {
  test('what a test file leaves running is ended and named, also when it passes', async () => {
    const mark = new RunMark();
    const { code, stdout, stderr } = await runVitest('left', {
      runner,
      args: ['run', '1-passes'],
      env: mark.env,
    });
    expect(mark.processes()).toEqual([]);
    expect(notices(stderr)).toEqual([
      expect.stringMatching(
        /^mountns: 1-passes\.test\.ts: the worker ended with processes \d+ \(sleep 999, started by \/.*\/1-passes\.test\.ts\), \d+ \(sleep 998, started in test "a suite > leaves two"\), \d+ \(sleep 1000, started in test "a suite > leaves two"\) still running: killed$/,
      ),
    ]);
    expect(stdout).toMatch(/Tests {2}1 passed/);
    expect(code).toBe(0);
  });

  test('the same when it fails', async () => {
    const mark = new RunMark();
    const { code, stderr } = await runVitest('left', { runner, args: ['run', '2-fails'], env: mark.env });
    expect(mark.processes()).toEqual([]);
    expect(notices(stderr)).toHaveLength(1);
    expect(code).toBe(1);
  });

  test('the same when it times out', async () => {
    const mark = new RunMark();
    const { code, stderr } = await runVitest('left', { runner, args: ['run', '3-times'], env: mark.env });
    expect(mark.processes()).toEqual([]);
    expect(notices(stderr)).toContainEqual(
      expect.stringMatching(
        /^mountns: 3-times-out\.test\.ts, test "times out": test "times out" ended with process \d+ \(sleep 1000\) still running: killed$/,
      ),
    );
    expect(code).toBe(1);
  });

  test('the same when its worker is killed inside a scope, and the next file runs', async () => {
    const mark = new RunMark();
    const { code, stdout, stderr } = await runVitest('left', {
      runner,
      args: ['run', '4-killed', '5-clean'],
      env: mark.env,
    });
    expect(mark.processes()).toEqual([]);
    expect(notices(stderr)).toEqual([
      expect.stringMatching(
        /^mountns: 4-killed\.test\.ts, test "is killed": the worker ended with processes \d+ \(sleep 1000\), \d+ \(sleep 1000\), \d+ \(sleep 1000\) still running: killed$/,
      ),
    ]);
    expect(stdout).toContain('✓ 5-clean.test.ts');
    expect(code).toBe(1);
  });

  test('the same when it exits inside a scope', async () => {
    const mark = new RunMark();
    const table = readHostTable();
    const { code, stdout, stderr } = await runVitest('left', {
      runner,
      args: ['run', '6-exits', '7-calls-exit', '5-clean'],
      env: mark.env,
    });
    expect(mark.processes()).toEqual([]);
    expect(stderr).toMatch(
      /WorkerError: worker \d+ exited with code 7 while it ran 6-exits\.test\.ts, test "exits"/,
    );
    expect(notices(stderr)).toEqual([
      expect.stringMatching(
        /^mountns: 6-exits\.test\.ts, test "exits": the worker ended with process \d+ \(sleep 1000\) still running: killed$/,
      ),
      'mountns: this scope had changed the mounts, all undone now:',
    ]);
    expect(stdout).toContain('✓ 5-clean.test.ts');
    expect(readHostTable()).toBe(table);
    expect(fs.existsSync('/mnt/left')).toBe(false);
    expect(code).toBe(1);
  });

  test('nothing is said about processes that are about to end', async () => {
    const { code, stderr } = await runVitest('left', { runner, args: ['run', '5-clean'] });
    expect(stderr).toBe('');
    expect(code).toBe(0);
  });
});
