import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

import { readHostTable } from './host-table.js';
import { startJest } from './jest-run.js';

test.each(['SIGKILL', 'SIGINT'] as const)(
  'when Jest ends by %s, its workers do, and nothing is left on the host',
  async (signal) => {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'mountns-shared-'));
    onTestFinished(() => fs.rmdirSync(directory));
    const before = readHostTable();
    const run = startJest('jest-slow', { env: { SHARED_DIRECTORY: directory } });
    await run.output(/in the scope/);
    const worker = Number(fs.readFileSync(path.join(run.directory, 'pid.txt'), 'utf8'));
    expect(isRunning(worker)).toBe(true);
    run.child.kill(signal);
    // Its output is at an end when the last process that holds it is: the worker.
    const result = await run.done;
    expect(result.signal ?? result.code).toBe(signal);
    await expect.poll(() => isRunning(worker)).toBe(false);
    expect(fs.readdirSync(directory)).toEqual([]);
    expect(readHostTable()).toBe(before);
  },
);

/** Not as a zombie, which is there until its new parent has seen it. */
function isRunning(pid: number): boolean {
  try {
    fs.readlinkSync(`/proc/${pid}/cwd`);
    return true;
  } catch {
    return false;
  }
}
