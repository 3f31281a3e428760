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
      args: ['run', '--no-isolate', '3-aborted', '4-next'],
    });
    expect(stderr).toContain('while it ran 3-aborted.test.ts, test "aborts"');
    expect(stderr).toContain('why:  the files that it had left did not run: 4-next.test.ts');
    expect(stdout).not.toContain('✓ 4-next.test.ts');
    expect(code).toBe(1);
  });
});
