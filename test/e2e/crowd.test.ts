import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

import { RunMark } from '../run-mark.js';
import { readHostTable } from './host-table.js';
import { startVitest } from './vitest-run.js';

test.each([
  // A process each.
  { count: 100, isolate: true },
  // One tree each, in two processes.
  { count: 500, isolate: false },
])(
  '$count files with isolate: $isolate have what they mount to themselves, and leave nothing',
  {
    timeout: 240_000,
  },
  async ({ count, isolate }) => {
    const mark = new RunMark();
    const table = readHostTable();
    const run = startVitest('crowd', { env: mark.env, args: ['run', `--isolate=${isolate}`] });
    for (let i = 1; i < count; i++) {
      fs.copyFileSync(path.join(run.directory, '0.test.ts'), path.join(run.directory, `${i}.test.ts`));
    }
    const { code, stdout, stderr } = await run.done;
    expect(stderr).toBe('');
    expect(stdout).toMatch(new RegExp(`Tests {2}${count} passed`));
    expect(code).toBe(0);

    const pids = run.read('ran.txt').trim().split('\n');
    expect(pids).toHaveLength(count);
    // Ids of processes are used again, but not so soon.
    if (isolate) expect(new Set(pids).size).toBe(count);
    else expect(new Set(pids).size).toBeLessThanOrEqual(2);
    expect(mark.processes()).toEqual([]);
    expect(readHostTable()).toBe(table);

    // What the main process had at each end of a file: the last ones are as the first ones.
    const samples = run
      .read('main.txt')
      .trim()
      .split('\n')
      .map((line) => line.split(' ').map(Number));
    expect(samples).toHaveLength(count);
    const highest = (part: number[][], column: number) =>
      Math.max(...part.map((each) => each[column] as number));
    const [first, last] = [samples.slice(0, count / 2), samples.slice(count / 2)];
    for (const column of [DESCRIPTORS, THREADS]) {
      expect(highest(last, column)).toBeLessThanOrEqual(highest(first, column) + TOLERANCE);
    }
  },
);

const DESCRIPTORS = 0;
const THREADS = 1;
/** For the pipes of a worker that starts while another ends. */
const TOLERANCE = 8;
