import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { cInt, cPath, cString, quoted } from '../../../native/arguments.cjs';

describe('cString', () => {
  test('gives the bytes with a NUL behind them', () => {
    expect(cString('data', 'é')).toEqual(Buffer.from([0xc3, 0xa9, 0]));
    expect(cString('data', Buffer.from([0xff]))).toEqual(Buffer.from([0xff, 0]));
    expect(cString('data', 'a\udcff')).toEqual(Buffer.from([0x61, 0xff, 0]));
  });

  test.each([
    [undefined, 'data must be a string or a Buffer, received undefined', 'ERR_INVALID_ARG_TYPE'],
    [7, 'data must be a string or a Buffer, received 7', 'ERR_INVALID_ARG_TYPE'],
    [
      'a\ud800',
      `data must not contain a lone surrogate outside U+DC80 to U+DCFF, received ${inspect('a\ud800')}`,
      'ERR_INVALID_ARG_VALUE',
    ],
    ['a\0b', "data must not contain a NUL byte, received 'a\\x00b'", 'ERR_INVALID_ARG_VALUE'],
  ])('refuses %j', (value, message, code) => {
    expect(() => cString('data', value)).toThrow(
      expect.objectContaining({ name: 'TypeError', message, code }),
    );
  });
});

test('a path is not empty', () => {
  expect(() => cPath('target', '')).toThrow("target must not be empty, received ''");
});

describe('cInt', () => {
  test('takes flag words', () => {
    expect(cInt('flags', 0xffffffff)).toBe(0xffffffff);
  });

  test.each([
    ['7', "flags must be a number, received '7'"],
    [1.5, 'flags must be a 32-bit integer, received 1.5'],
    [Number.NaN, 'flags must be a 32-bit integer, received NaN'],
    [2 ** 32, 'flags must be a 32-bit integer, received 4294967296'],
  ])('refuses %j', (value, message) => {
    expect(() => cInt('flags', value)).toThrow(expect.objectContaining({ name: 'TypeError', message }));
  });
});

test('shows arguments as strace(1) does', () => {
  expect(quoted(null)).toBe('NULL');
  expect(quoted('/a\nb')).toBe('"/a\\nb"');
  expect(quoted('/"a\\b"')).toBe('"/\\"a\\\\b\\""');
  expect(quoted('/a\udcffb')).toBe('"/a\\377b"');
  expect(quoted(Buffer.from([0x2f, 0x80]))).toBe('"/\\200"');
});
