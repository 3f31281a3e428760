import { describe, expect, test } from 'vitest';

import { runners, runVitest } from './vitest-run.js';

describe.each(runners)('%s', (runner) => {
  test('Vitest runs inside of a test, with namespaces of its own', async () => {
    const { code, stdout, stderr } = await runVitest('nested', { runner });
    expect(stderr).toBe('');
    expect(stdout).toMatch(/Tests {2}1 passed/);
    expect(code).toBe(0);
  });

  test('--inspect opens the inspector of the worker', async () => {
    const args = ['run', '--inspect=0', '--no-file-parallelism', '1.test.ts', '2.test.ts'];
    const { code, stdout, stderr } = await runVitest('many', { runner, args });
    expect(stderr.match(/Debugger listening on ws:/g)).toHaveLength(2);
    expect(stdout).toMatch(/Tests {2}2 passed/);
    expect(code).toBe(0);
  });
});
