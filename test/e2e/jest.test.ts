import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';

import { readHostTable } from './host-table.js';
import { startJest } from './jest-run.js';
import type { RunOptions } from './vitest-run.js';

describe.each([
  ['jest-commonjs', {}],
  ['jest-esm', {}],
  ['jest-esm', { node: 'node22' }],
  ['jest-esm', { node: 'node24' }],
] satisfies [string, RunOptions][])('%s, %j', (fixture, options) => {
  test('runs each file in a mount namespace that the host sees nothing of', async () => {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'mountns-shared-'));
    onTestFinished(() => fs.rmdirSync(directory));
    const before = readHostTable();
    const run = startJest(fixture, {
      ...options,
      args: ['--maxWorkers=1'],
      env: { SHARED_DIRECTORY: directory, NODE_OPTIONS: '--experimental-vm-modules --no-warnings' },
    });
    const { code, stderr } = await run.done;
    expect(stderr).toMatch(/Tests: {7}7 passed/);
    expect(code).toBe(0);
    const snapshots = fs.readFileSync(
      path.join(run.directory, '__snapshots__/1-private.test.js.snap'),
      'utf8',
    );
    expect(snapshots).toMatch(/^Mounts \[\n {2}<tmp>: tmpfs tmpfs \(.*size=1024k.*\), private\n\]$/m);
    expect(fs.readdirSync(directory)).toEqual([]);
    expect(readHostTable()).toBe(before);
  });
});
