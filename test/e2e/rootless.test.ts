import fs from 'node:fs';
import { describe, expect, test } from 'vitest';

import { UID, UNPRIVILEGED } from '../unprivileged.js';
import { copyForUser } from './copy-for-user.js';
import { runners, VitestRun } from './vitest-run.js';

describe.each(runners)('%s without root', (runner) => {
  test('runs everything that the kernel allows, and starts each worker once', async () => {
    const directory = copyForUser('rootless', runner);
    const run = new VitestRun(directory, {
      runner,
      args: ['run', '--reporter=verbose'],
      env: {
        HOME: directory,
        NODE_OPTIONS: `--require ${directory}/note-start.cjs`,
        STARTS: `${directory}/starts`,
      },
      wrapper: UNPRIVILEGED,
    });
    const { code, stdout, stderr } = await run.done;
    expect(stderr).not.toContain('FAIL');
    expect(stdout).toMatch(/Test Files {2}2 passed \(2\)\n\s+Tests {2}14 passed \(14\)/);
    expect(code).toBe(0);
    const starts = fs.readFileSync(`${directory}/starts`, 'utf8').trim().split('\n');
    expect(new Set(starts).size).toBe(starts.length);
    for (const file of ['made-by-a-test', '__snapshots__', '__snapshots__/operations.test.ts.snap']) {
      expect(fs.statSync(`${directory}/${file}`)).toMatchObject({ uid: UID, gid: UID });
    }
  });
});
