import { describe, expect, test } from 'vitest';

import { runners, runVitest } from './vitest-run.js';

describe.each(runners)('%s', (runner) => {
  test.each(['--isolate', '--no-isolate'])(
    'ns of a test ends before the next one, though a fixture on top of it has thrown, with %s',
    async (isolate) => {
      const args = ['run', isolate, '--reporter=verbose'];
      const { code, stdout, stderr } = await runVitest('stranded', { runner, args });
      expect(stdout.match(/[✓×] 1\.test\.ts > .*(?= \d+ms)/g)).toEqual([
        '× 1.test.ts > leaves a file',
        '✓ 1.test.ts > the next one is not in its scope',
        '✓ 1.test.ts > and has one of its own',
        '× 1.test.ts > leaves a file at the end',
      ]);
      expect(stdout.match(/[✓×] 2\.test\.ts > .*(?= \d+ms)/g)?.sort()).toEqual([
        '✓ 2.test.ts > first > keeps its scope',
        '✓ 2.test.ts > second > begins meanwhile',
        '✓ 2.test.ts > second > waits for that scope',
      ]);
      // Vitest 4 calls the one that throws twice.
      expect(new Set(stderr.match(/^ FAIL .*$/gm))).toEqual(
        new Set([' FAIL  1.test.ts > leaves a file', ' FAIL  1.test.ts > leaves a file at the end']),
      );
      expect(stderr).not.toContain('mountns: 1.test.ts');
      expect(code).toBe(1);
    },
  );
});
