import { describe, expect, test } from 'vitest';

import { runners, runVitest } from './vitest-run.js';

describe.each(runners)('%s', (runner) => {
  test('a file fails that ends in a scope: its snapshots are lost', async () => {
    const { code, stderr } = await runVitest('held', { runner });
    expect(stderr.match(/^ FAIL .*\n.*/gm)?.sort()).toEqual(
      ['1', '2'].map(
        (file) =>
          ` FAIL  ${file}.test.ts [ ${file}.test.ts ]\nNamespaceError: a test file ended with a scope still open`,
      ),
    );
    expect(code).toBe(1);
  });
});
