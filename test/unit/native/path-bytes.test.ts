import fc from 'fast-check';
import { expect, test } from 'vitest';

import { decodePath, encodePath } from '../../../native/path-bytes.cjs';

test('gives any bytes back', () => {
  const anyBytes = fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes));
  fc.assert(
    fc.property(anyBytes, (bytes) => {
      expect(encodePath(decodePath(bytes))).toEqual(bytes);
    }),
    { numRuns: 500 },
  );
});

const anyCodePoint = fc
  .oneof(
    fc.integer({ min: 1, max: 0x7f }),
    fc.integer({ min: 0x80, max: 0xffff }),
    fc.integer({ min: 0x10000, max: 0x10ffff }),
  )
  .filter((codePoint) => codePoint < 0xd800 || codePoint > 0xdfff);
const anyValidText = fc.array(anyCodePoint).map((codePoints) => String.fromCodePoint(...codePoints));

test('reads valid UTF-8 as Buffer.toString() does', () => {
  fc.assert(
    fc.property(anyValidText, (text) => {
      expect(decodePath(Buffer.from(text))).toBe(text);
      expect(decodePath(Buffer.concat([Buffer.from(text), Buffer.from([0xff])]))).toBe(`${text}\udcff`);
    }),
  );
});

test.each([
  ['a byte that starts nothing', [0x41, 0xff, 0x41], 'A\udcffA'],
  ['a continuation alone', [0x80], '\udc80'],
  ['a sequence cut short', [0xe2, 0x82], '\udce2\udc82'],
  ['a sequence cut short by ASCII', [0xc3, 0x2f], '\udcc3/'],
  ['an overlong slash', [0xc0, 0xaf], '\udcc0\udcaf'],
  ['an overlong sequence of three', [0xe0, 0x80, 0xaf], '\udce0\udc80\udcaf'],
  ['an overlong sequence of four', [0xf0, 0x80, 0x80, 0xaf], '\udcf0\udc80\udc80\udcaf'],
  ['a surrogate', [0xed, 0xb3, 0xbf], '\udced\udcb3\udcbf'],
  ['a character beyond U+10FFFF', [0xf4, 0x90, 0x80, 0x80], '\udcf4\udc90\udc80\udc80'],
  [
    'the last characters of each length',
    [0x7f, 0xdf, 0xbf, 0xef, 0xbf, 0xbf, 0xf4, 0x8f, 0xbf, 0xbf, 0xff],
    '\x7f\u07ff\uffff\u{10ffff}\udcff',
  ],
])('%s', (_, bytes, text) => {
  expect(decodePath(Buffer.from(bytes))).toBe(text);
  expect(encodePath(text)).toEqual(Buffer.from(bytes));
});
