import { createRequire } from 'node:module';
import * as main from 'mountns';
import * as matchers from 'mountns/matchers';
import { expect, test } from 'vitest';

const require = createRequire(import.meta.url);

test.each([
  ['mountns', main],
  ['mountns/matchers', matchers],
])('%s gives the same values to require() and to import', (name, imported) => {
  expect({ ...require(name) }).toEqual({ ...imported });
});
