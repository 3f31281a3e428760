import { describe, expect, test } from 'vitest';

import { runners, runVitest } from './vitest-run.js';

describe.each(runners)('%s', (runner) => {
  test('a worker that dies is reported with file, test, pid and how it ended, and the next file runs', async () => {
    const { code, stdout, stderr } = await runVitest('deaths', { runner });
    const pid = /pid (\d+)/.exec(stderr)?.[1];
    expect(stderr).toContain(
      `WorkerError: worker ${pid} was killed by SIGKILL (signal 9) while it ran 1-killed.test.ts, test "a suite > is killed"`,
    );
    expect(stderr).toMatch(/WorkerError: worker \d+ exited with code 7 while it ran 2-exited\.test\.ts\n/);
    expect(stderr).toContain('last words');
    expect(stderr).toMatch(
      /WorkerError: worker \d+ was killed by SIGABRT \(signal 6\) while it ran 3-aborted\.test\.ts, test "aborts"/,
    );
    expect(stdout).toContain('✓ 4-next.test.ts');
    expect(stdout).toMatch(/Errors {2}3 errors/);
    expect(code).toBe(1);
  });

  test('without isolation the files that did not run are named', async () => {
    const { code, stdout, stderr } = await runVitest('deaths', {
      runner,
      args: ['run', '--no-isolate', '0-first', '3-aborted', '4-next'],
    });
    expect(stderr).toContain('while it ran 3-aborted.test.ts, test "aborts"');
    expect(stderr).toContain('why:  the files that it had left did not run: 4-next.test.ts');
    expect(stdout).toContain('✓ 0-first.test.ts');
    expect(stdout).not.toContain('✓ 4-next.test.ts');
    expect(code).toBe(1);
  });

  test('without isolation another worker takes the files that the dead one was not given', async () => {
    const { code, stdout, stderr } = await runVitest('deaths', {
      runner,
      args: ['run', '--no-isolate', '--maxWorkers=2', '1-killed', '3-aborted', '4-next'],
    });
    expect(stderr).toMatch(/WorkerError: worker \d+ was killed by SIGKILL/);
    expect(stderr).toMatch(/WorkerError: worker \d+ was killed by SIGABRT/);
    expect(stdout).toContain('✓ 4-next.test.ts');
    expect(code).toBe(1);
  });

  test('a worker that dies while its environment is set up keeps nobody waiting', async () => {
    const args = ['run', '--environment=./setup.environment.ts'];
    const { code, stderr } = await runVitest('teardown', { runner, args });
    expect(stderr.match(/Failed to start mountns worker for test files \S+\d\.test\.ts/g)).toHaveLength(2);
    expect(stderr.match(/Error: worker \d+ exited with code 5 before it ran a test file/g)).toHaveLength(2);
    expect(code).toBe(1);
  });

  test('nor one that dies while it is torn down', async () => {
    const args = ['run', '--environment=./teardown.environment.ts'];
    const { code, stdout, stderr } = await runVitest('teardown', { runner, args });
    // Vitest has printed its report when the last worker is torn down.
    expect(stderr).toMatch(/Error: worker \d+ exited with code 6 after it had run 1\.test\.ts/);
    expect(stdout).toMatch(/Tests {2}2 passed/);
    expect(code).toBe(1);
  });
});
