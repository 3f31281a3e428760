import { describe, expect, test } from 'vitest';

import { mountNamespacePool, mountNamespaces } from '../../../src/vitest/config.js';
import { resolveOptions } from '../../../src/vitest/options.js';

test('fills in the defaults', () => {
  const defaults = {
    copyOnWrite: false,
    unsupported: 'fail',
    permissions: 'root',
    prewarm: true,
    leaks: 'fail',
  };
  expect(resolveOptions('f')).toEqual(defaults);
  expect(resolveOptions('f', { prewarm: undefined } as never)).toEqual(defaults);
  expect(resolveOptions('f', { prewarm: 2, leaks: 'off' })).toEqual({
    ...defaults,
    prewarm: 2,
    leaks: 'off',
  });
  expect(resolveOptions('f', { copyOnWrite: ['/etc'], permissions: 'enforced' })).toEqual({
    ...defaults,
    copyOnWrite: ['/etc'],
    permissions: 'enforced',
  });
});

const refused: { option: unknown; message: string }[] = [
  {
    option: { copyonwrite: true },
    message: "unknown option 'copyonwrite', known are copyOnWrite, unsupported, ",
  },
  { option: { toString: 1 }, message: "unknown option 'toString'" },
  ...['yes', [], ['etc'], ['/etc', 7], null].map((copyOnWrite) => ({
    option: { copyOnWrite },
    message: 'option copyOnWrite must be true, false or a list of absolute paths, received ',
  })),
  {
    option: { unsupported: 'ignore' },
    message: "option unsupported must be 'fail' or 'skip', received 'ignore'",
  },
  {
    option: { permissions: 'none' },
    message: "option permissions must be 'root' or 'enforced', received 'none'",
  },
  {
    option: { leaks: 'ignore' },
    message: "option leaks must be 'fail', 'warn' or 'off', received 'ignore'",
  },
  {
    option: { prewarm: -1 },
    message: 'option prewarm must be true, false or a whole number from 0, received -1',
  },
  {
    option: { prewarm: 1.5 },
    message: 'option prewarm must be true, false or a whole number from 0, received 1.5',
  },
  { option: null, message: 'options must be an object, received null' },
  { option: [], message: 'options must be an object, received []' },
];

describe.each(refused)('$option', ({ option, message }) => {
  test.each([mountNamespaces, mountNamespacePool])('is refused by %o', (caller) => {
    expect(() => caller(option as never)).toThrow(TypeError);
    expect(() => caller(option as never)).toThrow(`${caller.name}: ${message}`);
  });
});

test('prewarm needs the plugin, which knows how many files are left', () => {
  // @ts-expect-error nothing tells the pool
  expect(() => mountNamespacePool({ prewarm: true })).toThrow(
    new TypeError('mountNamespacePool: option prewarm needs the plugin, mountNamespaces()'),
  );
  // @ts-expect-error nothing tells the pool
  expect(() => mountNamespacePool({ prewarm: 3 })).toThrow(TypeError);
  for (const prewarm of [false, 0] as const) expect(mountNamespacePool({ prewarm }).name).toBe('mountns');
});
