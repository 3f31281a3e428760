import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';

import { readRootPropagation } from '../root-propagation.js';
import { readHostTable } from './host-table.js';
import { runners, runVitest } from './vitest-run.js';

test('the host is hostile: its / is shared, so a missing MS_PRIVATE shows', () => {
  expect(readRootPropagation('self'), 'run the tests with `npm test`').toMatch(/^shared:\d+/);
});

describe.each(runners)('%s', (runner) => {
  test('runs each file in a mount namespace that the host sees nothing of', async () => {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'mountns-shared-'));
    const temporary = fs.mkdtempSync(path.join(os.tmpdir(), 'mountns-temporary-'));
    onTestFinished(() => {
      fs.rmdirSync(directory);
      fs.rmSync(temporary, { recursive: true });
    });
    const before = readHostTable();
    const { code, stdout, stderr } = await runVitest('isolation', {
      runner,
      env: { SHARED_DIRECTORY: directory, TMPDIR: temporary },
    });
    expect(stderr).toBe('');
    expect(stdout).toMatch(/Tests {2}3 passed/);
    expect(code).toBe(0);
    expect(fs.readdirSync(directory)).toEqual([]);
    expect(readHostTable()).toBe(before);
  });
});
