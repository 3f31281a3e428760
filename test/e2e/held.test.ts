import { describe, expect, test } from 'vitest';

import { runners, runVitest } from './vitest-run.js';

describe.each(runners)('%s', (runner) => {
  test('a file fails that ends in a scope: its snapshots are lost', async () => {
    const { code, stderr } = await runVitest('held', { runner });
    // Equal errors are shown once.
    expect(stderr).toMatch(
      /^( FAIL {2}[12]\.test\.ts \[ .* \]\n){2}NamespaceError: a test file ended with a scope still open\n/m,
    );
    expect(code).toBe(1);
  });
});
