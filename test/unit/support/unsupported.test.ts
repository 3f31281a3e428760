import { expect, test } from 'vitest';
import { isRequired, isSkipAllowed } from '../../../src/support/unsupported.js';

test.each([
  [undefined, false],
  ['', false],
  ['0', false],
  ['1', true],
  ['true', true],
])('MOUNTNS_REQUIRE=%s', (MOUNTNS_REQUIRE, required) => {
  const env = MOUNTNS_REQUIRE === undefined ? {} : { MOUNTNS_REQUIRE };
  expect(isRequired(env)).toBe(required);
  expect(isSkipAllowed('skip', env)).toBe(!required);
  expect(isSkipAllowed('fail', env)).toBe(false);
});
