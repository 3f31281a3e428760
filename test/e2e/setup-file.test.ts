import { describe, expect, test } from 'vitest';

import { runners, runVitest } from './vitest-run.js';

/** How often Vitest's server was asked for the setup file of this package. */
function asked(stdout: string): number {
  return stdout.match(/^the server was asked for \S+\/vitest\/setup\.js$/gm)?.length ?? 0;
}

describe.each(runners)('%s', (runner) => {
  test('Node loads the setup file of the package: no worker waits for the server', async () => {
    const { code, stdout } = await runVitest('setup-file', { runner });
    expect(stdout).toMatch(/Tests {2}6 passed/);
    expect(asked(stdout)).toBe(0);
    expect(code).toBe(0);
  });

  test.each([1, 2])('files that share %i workers each run it, and each worker asks once', async (workers) => {
    const args = ['run', '--no-isolate', `--maxWorkers=${workers}`];
    const { code, stdout } = await runVitest('setup-file', { runner, args });
    expect(stdout).toMatch(/Tests {2}6 passed/);
    expect(asked(stdout)).toBe(workers);
    expect(code).toBe(0);
  });
});
