import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { temporaryDirectory } from '../temporary-directory.js';
import { WITHOUT_SYS_ADMIN } from '../unprivileged.js';
import { readHostTable } from './host-table.js';
import { runJest, startJest } from './jest-run.js';
import type { VitestRun } from './vitest-run.js';

function sharedDirectory(): string {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'mountns-shared-'));
  onTestFinished(() => fs.rmdirSync(directory));
  return directory;
}

function linesOf({ directory }: VitestRun, file: string): string[] {
  return fs.readFileSync(path.join(directory, file), 'utf8').trim().split('\n');
}

describe('tests run in workers', () => {
  test.each([
    [['--runInBand'], 3],
    [['--maxWorkers=1'], 3],
    [['--maxWorkers=2'], 3],
    [['2.test.js'], 1],
    [['--runInBand', '2.test.js'], 1],
    [['--runInBand', '--logHeapUsage'], 3],
  ])('%j: %i files in a process that is not the one of Jest', async (args, files) => {
    const run = startJest('jest-many', { args });
    const { code, stderr } = await run.done;
    expect(stderr).toMatch(new RegExp(`Tests: {7}${files} passed`));
    expect(code).toBe(0);
    const lines = linesOf(run, 'pids.txt').map((line) => line.split(' '));
    expect(lines).toHaveLength(files);
    for (const [pid, ppid] of lines) {
      expect(pid).not.toBe(String(run.child.pid));
      expect(ppid).toBe(String(run.child.pid));
    }
  });

  test('one that has grown too large is replaced', async () => {
    const run = startJest('jest-many', { args: ['--maxWorkers=1', '--workerIdleMemoryLimit=1KB'] });
    const { code, stderr } = await run.done;
    expect(stderr).toMatch(/Tests: {7}3 passed/);
    expect(code).toBe(0);
    expect(new Set(linesOf(run, 'pids.txt')).size).toBeGreaterThan(1);
  });

  test('no more workers are started than there are files', async () => {
    const run = startJest('jest-many', {
      args: ['--maxWorkers=9'],
      env: { NODE_OPTIONS: `--require "${path.join(import.meta.dirname, 'fixtures/count-workers.cjs')}"` },
    });
    await run.done;
    expect(linesOf(run, 'workers.txt').length).toBeLessThanOrEqual(3);
  });

  test.each([
    ['with root', []],
    // There a new one starts in another way than the first.
    ['without', WITHOUT_SYS_ADMIN],
  ])(
    'one that dies is reported with its file, and the next file runs in a new one, %s',
    async (_, wrapper) => {
      const directory = sharedDirectory();
      const { code, stderr } = await runJest('jest-deaths', {
        wrapper,
        args: ['--runInBand'],
        env: { SHARED_DIRECTORY: directory },
      });
      expect(stderr).toMatch(
        /FAIL \.\/1-killed\.test\.js\n {2}● Test suite failed to run\n\n {4}A jest worker process \(pid=\d+\) was terminated by another process: signal=SIGKILL/,
      );
      expect(stderr).toMatch(
        /FAIL \.\/2-exited\.test\.js\n {2}● Test suite failed to run\n\n {4}Jest worker encountered 4 child process exceptions/,
      );
      expect(stderr).toContain('PASS ./3-next.test.js');
      expect(stderr).toMatch(/Test Suites: 2 failed, 1 passed/);
      expect(code).toBe(1);
      expect(fs.readdirSync(directory)).toEqual([]);
    },
  );
});

test('each file starts from the pristine tree in a worker that is used again, and one that left a scope open fails', async () => {
  const run = startJest('jest-leftovers', { env: { SHARED_DIRECTORY: sharedDirectory() } });
  const { code, stderr } = await run.done;
  expect(stderr).toContain('PASS ./1-mounts.test.js');
  expect(stderr).toMatch(/a test file ended with process \d+ \(sleep 1000\) still running: killed/);
  expect(stderr).toContain(
    [
      'FAIL ./2-open.test.js',
      '  ● test "a test › of some › leaves scopes open: a handle, one that hangs, and one that waits for it" ended with a scope still open',
      '      why:  a withMountNamespace() was not awaited or had not finished, or an enterMountNamespace() was not disposed of',
      '      fix:  await withMountNamespace(…); await using ns = await enterMountNamespace()',
    ].join('\n'),
  );
  expect(stderr).toContain('PASS ./3-pristine.test.js');
  expect(stderr).toMatch(/FAIL \.\/4-broken\.test\.js\n {2}● Test suite failed to run\n\n {4}broken file/);
  expect(stderr).toContain('PASS ./5-pristine.test.js');
  expect(stderr).toMatch(/Tests: {7}7 passed, 7 total/);
  expect(code).toBe(1);
  const [first, second, third] = linesOf(run, 'pids.txt');
  expect(second).toBe(first);
  // Code of the second file may still run in that worker.
  expect(third).not.toBe(first);
});

test('code that goes on after its test or its file has ended does not reach the host', async () => {
  const directory = temporaryDirectory();
  fs.mkdirSync(path.join(directory, 'tmpfs'));
  fs.writeFileSync(path.join(directory, 'precious'), 'host');
  const before = readHostTable();
  const { code, stderr } = await runJest('jest-timeouts', { env: { SHARED_DIRECTORY: directory } });
  expect(stderr).toContain('● times out\n\n    thrown: "Exceeded timeout of 100 ms for a test.');
  expect(stderr).toContain(
    '● test "times out", test "leaves code behind that goes on until the process ends" ended with a scope still open',
  );
  expect(stderr).toContain('PASS ./2-next.test.js');
  expect(stderr).toMatch(/Tests: {7}1 failed, 3 passed, 4 total/);
  expect(code).toBe(1);
  expect(fs.readdirSync(path.join(directory, 'tmpfs'))).toEqual([]);
  expect(fs.readFileSync(path.join(directory, 'precious'), 'utf8')).toBe('written by the second file');
  expect(readHostTable()).toBe(before);
});
