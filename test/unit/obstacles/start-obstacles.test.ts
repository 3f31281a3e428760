import { expect, test } from 'vitest';

import { findPlatformObstacle } from '../../../src/obstacles/start-obstacles.cjs';

test('nothing is in the way of Node on Linux', () => {
  expect(findPlatformObstacle('linux', { node: '20.19.0' })).toBeUndefined();
});

// Both say which Node they are like.
test.each([
  ['bun', '1.4.5'],
  ['deno', '2.9.6'],
])('%s is refused by its name', (name, version) => {
  expect(findPlatformObstacle('linux', { node: '26.3.0', [name]: version })).toEqual({
    summary: `mountns needs Node, this is ${name} ${version}`,
    fix: 'run the tests with Node',
  });
});
