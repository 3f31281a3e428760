import { expect, test } from 'vitest';

import { runJest } from './jest-run.js';
import { runners, runVitest } from './vitest-run.js';

test.each(runners)('the matchers work on %s', async (runner) => {
  const { code, stdout, stderr } = await runVitest('matchers', { runner });
  expect(stderr).toBe('');
  expect(stdout).toMatch(/Tests {2}6 passed/);
  expect(code).toBe(0);
});

test('the matchers work on Jest', async () => {
  const { code, stderr } = await runJest('jest-matchers');
  expect(stderr).toMatch(/Tests: {7}4 passed, 4 total/);
  expect(code).toBe(0);
});
