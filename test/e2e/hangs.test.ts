import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';

import { runners, runVitest, startVitest } from './vitest-run.js';

// How long a worker may be silent beyond its time limit is a minute otherwise.
const env = { MOUNTNS_SILENCE_MARGIN: '500' };

describe.each(runners)('%s', (runner) => {
  test('a worker that hangs in synchronous code is killed and named, and the next file runs', async ({
    expect,
  }) => {
    const { code, stdout, stderr } = await runVitest('hangs', { runner, env });
    expect(stderr).toMatch(
      /WorkerError: worker \d+ hung in synchronous code for \d s and was killed while it ran 1-test\.test\.ts, test "a suite > hangs"\n {2}why: {2}its event loop did not turn; its main thread was running \(state R\)\n {2}fix: {2}look for an endless loop, or raise the timeout of the test, for a hook hookTimeout, when the code is merely slow\n/,
    );
    expect(stderr).toMatch(
      /WorkerError: worker \d+ hung in synchronous code for \d s and was killed while it ran 2-module\.test\.ts\n {2}why: {2}its event loop did not turn; its main thread was sleeping \(state S\)/,
    );
    expect(stdout).toContain('✓ 3-next.test.ts');
    expect(stdout).toMatch(/Errors {2}2 errors/);
    expect(code).toBe(1);
  });

  test('one that not even SIGKILL ends is reported too, with the mount that it may wait for', async () => {
    const at = fs.mkdtempSync(path.join(os.tmpdir(), 'mountns-silent-'));
    onTestFinished(() => fs.rmdirSync(at));
    const unshare = ['unshare', '--mount', '--propagation', 'private'];
    const wrapper = [...unshare, process.execPath, 'serve.mjs', at];
    const { code, stdout, stderr } = await startVitest('hangs-on-fuse', { runner, env, wrapper }).done;
    expect(stderr).toMatch(
      /WorkerError: worker \d+ hung in synchronous code for \d s and was killed while it ran 1-test\.test\.ts, test "hangs"\n/,
    );
    expect(stderr).toMatch(
      new RegExp(
        `fix: {2}look for an endless loop, for a file system that does not answer: [^\n]*${at} \\(fuse\\.silent\\)`,
      ),
    );
    expect(stderr).toContain('processes did not end within 2 s of SIGKILL: ');
    expect(stdout).toContain('✓ 2-next.test.ts');
    expect(code).toBe(1);
  });

  test('a worker that is only slow, traced or stopped, or waits for a child, is not', async () => {
    const { code, stdout, stderr } = await runVitest('slow', { runner, env });
    const expected =
      /^(Debugger (listening|attached|ending)|For help|mountns: stopped\.test\.ts: .*\n {2}fix: ).*\n/gm;
    expect(stderr.replace(expected, '')).toBe('');
    expect(stdout).toMatch(/Tests {2}4 passed/);
    expect(code).toBe(0);
  });

  test('a worker that is stopped is named once, and goes on', async () => {
    const run = startVitest('stopped', { runner, env });
    const [, pid] = await run.output(
      /mountns: stopped\.test\.ts: worker (\d+) is stopped \(state T\) and waits for SIGCONT\n {2}fix: {2}kill -CONT \d+\n/,
    );
    process.kill(Number(pid), 'SIGCONT');
    const { code, stdout, stderr } = await run.done;
    expect(stderr.trim().split('\n')).toHaveLength(2);
    expect(stdout).toMatch(/Tests {2}1 passed/);
    expect(code).toBe(0);
  });
});
