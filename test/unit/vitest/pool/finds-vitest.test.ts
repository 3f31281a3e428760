import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';

import { findsVitest } from '../../../../src/vitest/pool/finds-vitest.js';

test('tells the Vitest that Node finds from another one', () => {
  const own = pathToFileURL(createRequire(import.meta.url).resolve('vitest/package.json'));
  expect(findsVitest(new URL('dist/worker.js', own).href)).toBe(true);
  expect(findsVitest('file:///elsewhere/node_modules/vitest/dist/worker.js')).toBe(false);
});
