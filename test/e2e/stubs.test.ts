import { expect, test } from 'vitest';

import { runners, startVitest } from './vitest-run.js';

test.each(runners)(
  'what tests put in place of globals and functions of Node is not called, on %s',
  async (runner) => {
    const env: Record<string, string> = runner === 'vitest5' ? { KEEPS_SET: '1' } : {};
    const { code, stdout, stderr } = await startVitest('stubs', { runner, env }).done;
    expect(stderr).toBe('');
    expect(stdout).toMatch(/Tests {2}4 passed/);
    expect(code).toBe(0);
  },
);
