import { afterEach, expect, test, vi } from 'vitest';
import { judge } from '../../../src/support/verdict.js';

afterEach(() => vi.unstubAllEnvs());

test.each([
  [undefined, 'skip'],
  ['', 'skip'],
  ['0', 'skip'],
  ['1', 'fail'],
  ['true', 'fail'],
])('MOUNTNS_REQUIRE=%s', (value, verdict) => {
  vi.stubEnv('MOUNTNS_REQUIRE', value);
  const refusal = { message: 'no', why: 'reason', fix: 'mend it' };
  expect(Object.keys(judge(refusal, 'skip'))).toEqual([verdict]);
  expect(Object.keys(judge(refusal, 'fail'))).toEqual(['fail']);
});
