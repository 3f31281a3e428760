import { expect, test } from 'vitest';
import { resolveOptions } from '../../../../src/vitest/options.js';
import {
  hasOwnPreload,
  hasSideEffects,
  workerEnvironment,
} from '../../../../src/vitest/pool/worker-environment.js';

const data = { vitestWorker: '', findsVitest: true, options: resolveOptions('test') };

test.each([
  '--require=/a/b.cjs',
  '-r /a/b.cjs',
  '--conditions=c --import /a/b.mjs',
  '"--require=/a b/c.cjs"',
])('its own preload goes before that of NODE_OPTIONS=%s', (NODE_OPTIONS) => {
  expect(hasOwnPreload({ NODE_OPTIONS }, [])).toBe(true);
  const { NODE_OPTIONS: given } = workerEnvironment({ NODE_OPTIONS }, data);
  expect(given).toMatch(/^--require "\/.*\/register\.cjs" /);
  expect(given?.endsWith(` ${NODE_OPTIONS}`)).toBe(true);
});

test.each(['', '--conditions=c', '--trace-require'])('NODE_OPTIONS=%s loads nothing', (NODE_OPTIONS) => {
  expect(hasOwnPreload({ NODE_OPTIONS }, [])).toBe(false);
  expect(workerEnvironment({ NODE_OPTIONS }, data).NODE_OPTIONS).toBe(NODE_OPTIONS);
});

test.each(['--cpu-prof', '--conditions=c --inspect=0', '"--cpu-prof-dir=/a b"'])(
  'a worker with NODE_OPTIONS=%s does not go unnoticed',
  (NODE_OPTIONS) => expect(hasSideEffects({ NODE_OPTIONS }, [])).toBe(true),
);

test('neither does one with such an option of its own', () => {
  expect(hasSideEffects({}, ['--conditions=c', '--inspect'])).toBe(true);
  expect(hasSideEffects({ NODE_OPTIONS: '--conditions=c' }, ['--no-warnings'])).toBe(false);
});
