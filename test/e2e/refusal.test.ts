import { describe, expect, test } from 'vitest';

import { runners, runVitest } from './vitest-run.js';

describe.each(runners)('%s', (runner) => {
  test('a worker that does not start fails at once, with what it printed', async () => {
    const { code, stderr } = await runVitest('isolation', {
      runner,
      args: ['run', '--execArgv=--no-such-option'],
    });
    expect(stderr).toMatch(/WorkerError: the worker did not start: process \d+ exited with code 9/);
    expect(stderr).toMatch(/why: {2}it printed on stderr:\n\s+.*bad option: --no-such-option/);
    expect(code).toBe(1);
  });
});
