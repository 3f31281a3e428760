import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, inject, onTestFinished, test } from 'vitest';

import { UID, UNPRIVILEGED } from '../unprivileged.js';
import { type Runner, runners, VitestRun } from './vitest-run.js';

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

/** A copy of the fixture that belongs to the user, as do all directories above it but the temporary one. */
function copyForUser(fixture: string, runner: Runner): string {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'mountns-user-'));
  onTestFinished(() => fs.rmSync(directory, { recursive: true }));
  fs.cpSync(path.join(import.meta.dirname, 'fixtures', fixture), directory, { recursive: true });
  fs.writeFileSync(path.join(directory, 'package.json'), '{ "private": true, "type": "module" }');
  fs.symlinkSync(
    path.join(inject('installed'), runner, 'node_modules'),
    path.join(directory, 'node_modules'),
  );
  execFileSync('chown', ['-R', `${UID}:${UID}`, directory]);
  return directory;
}
