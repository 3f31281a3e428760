import fc from 'fast-check';
import { decodePath } from '../../../native/path-bytes.cjs';
import type { Mount } from '../../../src/mounts/mount.js';

const LETTERS = [
  ...[...' -\t\n\r\v\f\\#,:="/a0'].map((letter) => Buffer.from(letter)),
  ...['\\040', '\\134', '\\', ' - ', 'ä', '日', '😀', '\ufeff', '\ufffd', '\u0085', 'context="', '"'].map(
    (text) => Buffer.from(text),
  ),
  ...[0x80, 0xbf, 0xc0, 0xc3, 0xe2, 0xed, 0xf0, 0xff].map((byte) => Buffer.from([byte])),
];

const anyByte = fc.integer({ min: 1, max: 255 }).map((byte) => Buffer.from([byte]));

/** What a file name can hold: any bytes but NUL, most of them such that something could trip over them. */
export const anyText = fc
  .array(fc.oneof(fc.constantFrom(...LETTERS), anyByte), { maxLength: 12 })
  .map((parts) => decodePath(Buffer.concat(parts)));

const anyNumber = fc.integer({ min: 0, max: 0x7fffffff });
const anyGroup = fc.option(anyNumber, { nil: undefined });
const anyOptions = fc.array(anyText.filter((text) => text !== '')).map((options) => Object.freeze(options));

/** A mount that a kernel could print, or a kernel to come. */
export const anyMount: fc.Arbitrary<Mount> = fc
  .record({
    id: anyNumber,
    parentId: anyNumber,
    device: fc.tuple(anyNumber, anyNumber).map(([major, minor]) => `${major}:${minor}`),
    root: anyText,
    mountPoint: anyText.map((text) => `/${text}`),
    options: anyOptions,
    isUnbindable: fc.boolean(),
    peerGroup: anyGroup,
    master: anyGroup,
    propagateFrom: anyGroup,
    unknownFields: fc
      .array(
        fc.oneof(anyText, fc.constantFrom('-', 'unbindable', 'shared:1', 'master:2', 'propagate_from:3')),
      )
      .map((fields) => Object.freeze(fields)),
    fsType: anyText,
    source: anyText,
    superOptions: anyOptions,
  })
  .map(({ isUnbindable, ...mount }) => {
    const kinds = [mount.master === undefined ? '' : 'slave', mount.peerGroup === undefined ? '' : 'shared'];
    const tied = kinds.filter((kind) => kind !== '').join('+') || 'private';
    return { ...mount, propagation: (isUnbindable ? 'unbindable' : tied) as Mount['propagation'] };
  });
