import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, inject, onTestFinished, test } from 'vitest';

import { runJest, startJest } from './jest-run.js';

describe('what Jest can do works as with its own runner', () => {
  test.each(['babel', 'v8'])('mocks, spies, snapshots and coverage by %s', async (provider) => {
    const run = startJest('jest-features', {
      args: [
        ...['--coverage', `--coverageProvider=${provider}`, '--coverageReporters=json-summary'],
        '--collectCoverageFrom=add.js',
      ],
    });
    const { code, stderr } = await run.done;
    expect(stderr).toMatch(/Tests: {7}4 passed/);
    expect(code).toBe(0);
    const read = (file: string) => fs.readFileSync(path.join(run.directory, file), 'utf8');
    expect(read('mocks.test.js')).toMatch(/toMatchInlineSnapshot\(`\/mnt: tmpfs tmpfs \(.*\), private`\)/);
    const coverage = JSON.parse(read('coverage/coverage-summary.json'));
    expect(coverage[path.join(run.directory, 'add.js')].functions).toMatchObject({ covered: 1, total: 2 });
  });

  test('--watchAll runs again what has changed', async () => {
    const run = startJest('jest-watch', { args: ['--watchAll'] });
    await run.output(/Tests: {7}1 passed/);
    const seen = run.stderr.length;
    const file = path.join(run.directory, 'add.test.js');
    fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace('toBe(3)', 'toBe(4)'));
    await run.output(/Tests: {7}1 failed/, seen);
    run.child.kill('SIGINT');
    await run.done;
  });

  test('projects, some with this runner and some without', async () => {
    const { code, stderr } = await runJest('jest-projects', { args: ['--maxWorkers=2'] });
    for (const file of ['plain/1', 'plain/2', 'mounts/1', 'mounts/2']) {
      expect(stderr).toMatch(new RegExp(`PASS (plain|mounts) ${file}\\.test\\.js`));
    }
    expect(stderr).toMatch(/Tests: {7}4 passed/);
    expect(code).toBe(0);
  });

  test('--bail stops after the first file that failed', async () => {
    const { code, stderr } = await runJest('jest-many', {
      args: ['--bail', '--runInBand', '--testRegex=\\.(test|fails)\\.js$'],
    });
    expect(stderr).toMatch(/Test Suites: 1 failed, 1 of 4 total/);
    expect(code).toBe(1);
  });

  test('--detectOpenHandles runs the tests, and says what it does not see', async () => {
    const { code, stderr } = await runJest('jest-many', { args: ['--detectOpenHandles'] });
    expect(stderr).toContain('mountns: --detectOpenHandles looks at the process of Jest alone');
    expect(stderr).toMatch(/Tests: {7}3 passed/);
    expect(code).toBe(0);
  });

  test.each(['node20', 'node26'] as const)(
    '--detectLeaks finds nothing that is kept of a file, on %s',
    async (node) => {
      const { code, stderr } = await runJest('jest-memory', {
        node,
        args: ['--detectLeaks', '--maxWorkers=1'],
      });
      expect(stderr).toMatch(/Tests: {7}4 passed/);
      expect(code).toBe(0);
    },
  );

  test('copyOnWrite and permissions are options of the runner', async () => {
    const { code, stderr } = await runJest('jest-options');
    expect(stderr).toMatch(/Tests: {7}2 passed/);
    expect(code).toBe(0);
  });

  test('a framework that has to be transformed', async () => {
    const { code, stderr } = await runJest('jest-framework');
    expect(stderr).toContain('the framework ran\n');
    expect(stderr).toMatch(/Tests: {7}1 passed/);
    expect(code).toBe(0);
  });

  test('--inspect makes the worker listen for a debugger too, where it is the only one', async () => {
    const execArgv = ['--inspect=127.0.0.2:0'];
    const listening = /^Debugger listening on ws:\/\/127\.0\.0\.2:/gm;
    const one = await runJest('jest-many', { execArgv, args: ['--runInBand'] });
    expect(one.stderr.match(listening)).toHaveLength(2);
    expect(one.stderr).toMatch(/Tests: {7}3 passed/);
    const two = await runJest('jest-many', { execArgv, args: ['--maxWorkers=2'] });
    expect(two.stderr.match(listening)).toHaveLength(1);
  });

  test('a realm without Symbol.asyncDispose', async () => {
    const { code, stderr } = await runJest('jest-realm');
    expect(stderr).toMatch(/Tests: {7}1 passed/);
    expect(code).toBe(0);
  });
});

describe('the environment', () => {
  test('is the one that the user gave, in tests and in other children of Jest', async () => {
    const NODE_OPTIONS = '--require ./loads.cjs';
    const run = startJest('jest-environment', {
      env: { NODE_OPTIONS, EXPECTED_NODE_OPTIONS: NODE_OPTIONS },
    });
    const { code, stdout, stderr } = await run.done;
    expect(stderr).toMatch(/Tests: {7}5 passed/);
    expect(code).toBe(0);
    const host = fs.readlinkSync('/proc/self/ns/mnt');
    const children = stdout.split('\n').filter((line) => line.startsWith("reporter's child"));
    expect(children).toEqual(Array(2).fill(`reporter's child: ${host} ${NODE_OPTIONS} undefined`));
    expect(stdout).toContain(`teardown: NODE_OPTIONS=${NODE_OPTIONS} UV_USE_IO_URING=undefined\n`);
  });

  test('may hold paths with spaces and quotes, and Jest may be out of reach from there', async () => {
    const { code, stderr } = await runJest('jest-many', { env: { RUNNER: copyRunner() } });
    expect(stderr).toMatch(/Tests: {7}3 passed/);
    expect(code).toBe(0);
  });

  // Jest shows no frames at all of files in a directory that has jest in its name.
  test('a file without tests is reported without a frame of this package', async () => {
    const { stderr } = await runJest('jest-many', {
      args: ['--testRegex=none'],
      env: { RUNNER: copyRunner() },
    });
    expect(stderr).toContain('Your test suite must contain at least one test.');
    expect(stderr).not.toContain('runner.cjs');
  });
});

/** Copies this package to a directory of an awkward name, and returns the file of the runner there. */
function copyRunner(): string {
  const installed = path.join(inject('installed'), 'jest30/node_modules');
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'with "quotes" and spaces '));
  onTestFinished(() => fs.rmSync(directory, { recursive: true }));
  const modules = path.join(directory, 'node_modules');
  fs.cpSync(path.join(installed, 'mountns'), path.join(modules, 'mountns'), { recursive: true });
  fs.symlinkSync(path.join(installed, 'koffi'), path.join(modules, 'koffi'));
  return path.join(modules, 'mountns/dist/src/jest/runner.cjs');
}
