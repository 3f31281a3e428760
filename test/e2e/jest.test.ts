import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';

import { runJest } from './jest-run.js';

describe.each([
  ['jest-commonjs', undefined],
  ['jest-commonjs', 'node22'],
  ['jest-commonjs', 'node24'],
  ['jest-esm', undefined],
  ['jest-esm', 'node22'],
  ['jest-esm', 'node24'],
] as const)('%s, %s', (fixture, node) => {
  test('runs each file in a mount namespace that the host sees nothing of', async () => {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'mountns-shared-'));
    onTestFinished(() => fs.rmdirSync(directory));
    const before = fs.readFileSync('/proc/self/mountinfo', 'utf8');
    const { code, stderr } = await runJest(fixture, {
      node,
      args: ['--maxWorkers=1'],
      env: { SHARED_DIRECTORY: directory, NODE_OPTIONS: '--experimental-vm-modules --no-warnings' },
    });
    expect(stderr).toMatch(/Tests: {7}7 passed/);
    expect(code).toBe(0);
    expect(fs.readdirSync(directory)).toEqual([]);
    expect(fs.readFileSync('/proc/self/mountinfo', 'utf8')).toBe(before);
  });
});
