import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodePath, encodePath } from '../../../native/path-bytes.cjs';
import type { Mount } from '../../../src/mounts/mount.js';
import { MountInfoError } from '../../../src/mounts/mount-info-error.js';
import { parseMountInfo } from '../../../src/mounts/parse-mount-info.js';
import { anyMount, anyText } from './any-mounts.js';
import { formatMountInfo } from './format-mount-info.js';

const parseOne = (line: string | Buffer): Mount => {
  const mounts = parseMountInfo(line);
  expect(mounts).toHaveLength(1);
  return mounts[0] as Mount;
};

test('names every field of the line that the man page explains', () => {
  const line = '36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue\n';
  expect(parseMountInfo(line)).toStrictEqual([
    {
      id: 36,
      parentId: 35,
      device: '98:0',
      root: '/mnt1',
      mountPoint: '/mnt2',
      options: ['rw', 'noatime'],
      propagation: 'slave',
      peerGroup: undefined,
      master: 1,
      propagateFrom: undefined,
      unknownFields: [],
      fsType: 'ext3',
      source: '/dev/root',
      superOptions: ['rw', 'errors=continue'],
    },
  ]);
});

describe('optional fields', () => {
  test.each([
    ['', { propagation: 'private' }],
    ['shared:12 ', { propagation: 'shared', peerGroup: 12 }],
    ['master:3 ', { propagation: 'slave', master: 3 }],
    ['shared:4 master:3 ', { propagation: 'slave+shared', peerGroup: 4, master: 3 }],
    ['master:3 propagate_from:2 ', { propagation: 'slave', master: 3, propagateFrom: 2 }],
    ['unbindable ', { propagation: 'unbindable' }],
    ['shared:4 future:1 later ', { propagation: 'shared', unknownFields: ['future:1', 'later'] }],
    ['shared:x shared: unbindable:1 xshared:5 ', { propagation: 'private', peerGroup: undefined }],
    ['shared:9007199254740993 ', { propagation: 'private', unknownFields: ['shared:9007199254740993'] }],
    ['-x x- -- ', { unknownFields: ['-x', 'x-', '--'] }],
    ['a\\040b ', { unknownFields: ['a b'] }],
  ])('%j', (fields, expected) => {
    expect(parseOne(`1 2 0:3 / /a rw ${fields}- tmpfs t rw`)).toMatchObject(expected);
  });
});

describe('hazards', () => {
  test.each([
    ['a name that looks like an escape is decoded once', '/a\\134040b', '/a\\040b'],
    ['space, tab, newline and backslash', '/\\040\\011\\012\\134', '/ \t\n\\'],
    ['the separator in a mount point', '/a\\040-\\040b', '/a - b'],
    ['CR, VT and FF come raw', '/a\r\v\fb', '/a\r\v\fb'],
    ['no space is trimmed but the separating one', '/\u00a0\u2003', '/\u00a0\u2003'],
    ['a backslash that starts no escape', '/a\\b\\04\\400\\8', '/a\\b\\04\\400\\8'],
    ['a raw # in a path', '/#a', '/#a'],
    ['escaped bytes that are one character', '/\\303\\244', '/ä'],
    ['an escaped byte that ends a raw character', '/\udcc3\\244', '/ä'],
    ['a deleted directory', '/r//deleted', '/r//deleted'],
  ])('%s', (_, printed, mountPoint) => {
    expect(parseOne(`1 2 0:3 ${printed} ${printed} rw - tmpfs t rw`)).toMatchObject({
      root: mountPoint,
      mountPoint,
    });
  });

  test('escapes are decoded in every field', () => {
    const line = '1 2 0:3 /\\040 /\\040 r\\040w f\\040 - t\\040 s\\043 r\\040w';
    expect(parseOne(line)).toMatchObject({
      root: '/ ',
      mountPoint: '/ ',
      options: ['r w'],
      unknownFields: ['f '],
      fsType: 't ',
      source: 's#',
      superOptions: ['r w'],
    });
  });

  test.each([
    ['', 'empty'],
    ['-', 'a dash'],
    ['-\\040-', 'dashes'],
  ])('the source %j is %s', (printed) => {
    expect(parseOne(`1 2 0:3 / /a rw - tmpfs ${printed} rw,size=1k`)).toMatchObject({
      fsType: 'tmpfs',
      source: printed.replace('\\040', ' '),
      superOptions: ['rw', 'size=1k'],
    });
  });

  test('a root that is a namespace', () => {
    expect(parseOne('1 2 0:4 mnt:[4026532509] /n rw - nsfs nsfs rw').root).toBe('mnt:[4026532509]');
  });

  test('super options are the rest of the line, spaces too', () => {
    const line = '1 2 0:3 / /a rw - 9p share rw,trans=fd,aname=a b - c,x=';
    expect(parseOne(line).superOptions).toEqual(['rw', 'trans=fd', 'aname=a b - c', 'x=']);
  });

  test("an overlay's escaped comma is no separator", () => {
    const line = '1 2 0:3 / /a rw - overlay overlay rw,lowerdir=/l\\134\\0541:/b,upperdir=/u';
    expect(parseOne(line).superOptions).toEqual(['rw', 'lowerdir=/l\\,1:/b', 'upperdir=/u']);
  });

  test('an SELinux context in quotes holds commas', () => {
    const line =
      '1 2 0:3 / /a rw - tmpfs t rw,seclabel,rootcontext="u:r:t:s0:c3,c8",size=1k,context="a\\042,b"';
    expect(parseOne(line).superOptions).toEqual([
      'rw',
      'seclabel',
      'rootcontext="u:r:t:s0:c3,c8"',
      'size=1k',
      'context="a",b"',
    ]);
  });

  test('quotes in a name are part of it', () => {
    const line = '1 2 0:3 / /a rw - overlay overlay rw,lowerdir="l,upperdir=u",workdir=mycontext="w';
    expect(parseOne(line).superOptions).toEqual(['rw', 'lowerdir="l', 'upperdir=u"', 'workdir=mycontext="w']);
  });

  test('bytes that are not UTF-8 keep their values', () => {
    const line = Buffer.concat([
      Buffer.from('1 2 0:3 / /\u00e4'),
      Buffer.from([0xff, 0xc3]),
      Buffer.from(' rw - tmpfs t rw\n1 2 0:3 / /\u00e4 rw - tmpfs t rw\n'),
    ]);
    const [invalid, valid] = parseMountInfo(line);
    expect(invalid?.mountPoint).toBe('/ä\udcff\udcc3');
    expect(encodePath(invalid?.mountPoint as string)).toEqual(Buffer.from([0x2f, 0xc3, 0xa4, 0xff, 0xc3]));
    expect(valid?.mountPoint).toBe('/ä');
  });
});

test('takes a last line without a newline, and no lines at all', () => {
  const line = '1 2 0:3 / /a rw - tmpfs t rw';
  expect(parseMountInfo(`${line}\n${line}`)).toEqual(parseMountInfo(`${line}\n${line}\n`));
  expect(parseMountInfo('')).toEqual([]);
  expect(parseMountInfo(Buffer.alloc(0))).toEqual([]);
});

test('lists can be shared by mounts, so nobody may change them', () => {
  const { options, superOptions, unknownFields } = parseOne('1 2 0:3 / /a rw x - tmpfs t rw');
  for (const list of [options, superOptions, unknownFields]) {
    expect(() => (list as string[]).push('ro')).toThrow(TypeError);
  }
});

describe('malformed text', () => {
  const good = '1 2 0:3 / /a rw - tmpfs t rw\n';
  test.each([
    ['', 'has fewer than seven fields'],
    ['1 2 0:3 / /a', 'has fewer than seven fields'],
    ['1', 'has fewer than seven fields'],
    ['proc /proc proc rw 0 0 0', 'has no mount ID in its first field'],
    [' 1 2 0:3 / /a rw - tmpfs t rw', 'has no mount ID in its first field'],
    ['9007199254740993 2 0:3 / /a rw - tmpfs t rw', 'has no mount ID in its first field'],
    ['1 -2 0:3 / /a rw - tmpfs t rw', 'has no parent ID in its second field'],
    ['1 2 0 / /a rw - tmpfs t rw', 'has no major:minor in its third field'],
    ['1 2 0: / /a rw - tmpfs t rw', 'has no major:minor in its third field'],
    ['1 2 :3 / /a rw - tmpfs t rw', 'has no major:minor in its third field'],
    ['1 2 0:3 / a rw - tmpfs t rw', 'has no absolute mount point in its fifth field'],
    ['1 2 0:3 / /a rw shared:1', 'has no separator "-" after its sixth field'],
    ['1 2 0:3 / /a rw tmpfs t rw -', 'has no separator "-" after its sixth field'],
    ['1 2 0:3 / /a rw - tmpfs', 'has fewer than three fields after the separator'],
    ['1 2 0:3 / /a rw - tmpfs t', 'has fewer than three fields after the separator'],
  ])('%j %s', (line, reason) => {
    // With good lines before and after: nothing may be taken from a neighbour.
    for (const [text, lineNumber] of [
      [`${line}\n`, 1],
      [`${good}${good}${line}\n${good}`, 3],
      [`${good}${line}\n`, 2],
    ] as const) {
      const message = `parse mountinfo failed: line ${lineNumber} ${reason}\n  line: ${JSON.stringify(line)}`;
      const error = expect.objectContaining({ message, lineNumber, line });
      expect(() => parseMountInfo(text)).toThrow(error);
    }
  });

  test('a control character in the line does not reach the terminal', () => {
    expect(() => parseMountInfo('\x1b[2J')).toThrow('line: "\\u001b[2J"');
    expect(() => parseMountInfo('\x1b[2J')).toThrow(MountInfoError);
  });

  test.each([undefined, null, 5, new Uint16Array(3)])('%o is no text', (value) => {
    expect(() => parseMountInfo(value as unknown as string)).toThrow(
      expect.objectContaining({
        name: 'TypeError',
        message: expect.stringMatching(/^text must be a string or a Buffer, received \S/),
      }),
    );
  });
});

describe('what is printed is parsed back', () => {
  const anyTable = fc.array(anyMount, { maxLength: 5 });

  test('as text', () => {
    fc.assert(
      fc.property(anyTable, (mounts) => {
        expect(parseMountInfo(formatMountInfo(mounts))).toStrictEqual(mounts);
      }),
      { numRuns: 500 },
    );
  });

  test('as bytes', () => {
    fc.assert(
      fc.property(anyTable, (mounts) => {
        expect(parseMountInfo(encodePath(formatMountInfo(mounts)))).toStrictEqual(mounts);
      }),
      { numRuns: 500 },
    );
  });
});

describe('any text is parsed, or refused with the documented error', () => {
  /** What parsing comes to, printed and parsed again; undefined where the text is refused. */
  const roundTrip = (text: string | Buffer): [first: Mount[], second: Mount[]] | undefined => {
    let mounts: Mount[];
    try {
      mounts = parseMountInfo(text);
    } catch (error) {
      expect(error).toBeInstanceOf(MountInfoError);
      const { lineNumber, line } = error as MountInfoError;
      const decoded = typeof text === 'string' ? text : decodePath(text);
      expect(decoded.split('\n')[lineNumber - 1]).toBe(line);
      return undefined;
    }
    return [mounts, parseMountInfo(formatMountInfo(mounts))];
  };

  test('whatever it is', () => {
    const anyBytes = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes));
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), anyText, anyBytes), (text) => {
        roundTrip(text);
      }),
      { numRuns: 500 },
    );
  });

  // Without this, nothing above gets as far as the later fields.
  test('a table of which a few bytes are changed', () => {
    const anyChange = fc.record({
      at: fc.nat(),
      length: fc.nat({ max: 3 }),
      by: fc.oneof(anyText, fc.constantFrom('', ' ', '-', ' - ', '\n', '\\', '\\04', ',', ':')),
    });
    let parsed = 0;
    let refused = 0;
    fc.assert(
      fc.property(
        fc.array(anyMount, { minLength: 1, maxLength: 3 }),
        fc.array(anyChange, { minLength: 1, maxLength: 3 }),
        (mounts, changes) => {
          let bytes = encodePath(formatMountInfo(mounts));
          for (const { at, length, by } of changes) {
            const from = at % (bytes.length + 1);
            bytes = Buffer.concat([bytes.subarray(0, from), encodePath(by), bytes.subarray(from + length)]);
          }
          const both = roundTrip(bytes);
          if (both === undefined) refused++;
          else {
            parsed++;
            expect(both[1]).toStrictEqual(both[0]);
          }
        },
      ),
      { numRuns: 500 },
    );
    expect(Math.min(parsed, refused)).toBeGreaterThan(20);
  });
});
