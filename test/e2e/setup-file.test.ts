import { describe, expect, test } from 'vitest';

import { runners, runVitest } from './vitest-run.js';

const ASKED = /the server was asked for \S+\/vitest\/setup\.js/;

describe.each(runners)('%s', (runner) => {
  test('Node loads the setup file of the package: no worker waits for the server', async () => {
    const { code, stdout } = await runVitest('setup-file', { runner });
    expect(stdout).toMatch(/Tests {2}4 passed/);
    expect(stdout).not.toMatch(ASKED);
    expect(code).toBe(0);
  });

  test('files that share a worker each run it', async () => {
    const { code, stdout } = await runVitest('setup-file', { runner, args: ['run', '--no-isolate'] });
    expect(stdout).toMatch(/Tests {2}4 passed/);
    expect(stdout).toMatch(ASKED);
    expect(code).toBe(0);
  });
});
