import util = require('node:util');

import { decodePath, encodePath, FOREIGN_SURROGATE } from './path-bytes.cjs';

const { inspect } = util;

/** A path, as a string (with {@link encodePath}'s lone surrogates for bytes outside UTF-8) or as its bytes. */
export type PathLike = string | Buffer;

/**
 * The bytes of `value` with the NUL that C wants, or a TypeError that names the argument and the value. They are not to
 * be written to: most calls name the same few paths, and those get the same bytes.
 */
export function cString(name: string, value: unknown): Buffer {
  if (typeof value !== 'string') return cBytes(name, value);
  const known = encoded.get(value);
  if (known !== undefined) return known;
  if (FOREIGN_SURROGATE.test(value)) {
    throw invalid(name, 'must not contain a lone surrogate outside U+DC80 to U+DCFF', value);
  }
  if (value.includes('\0')) throw invalid(name, 'must not contain a NUL byte', value);
  const bytes = encodePath(`${value}\0`);
  if (encoded.size === MANY) encoded.clear();
  encoded.set(value, bytes);
  return bytes;
}

function cBytes(name: string, value: unknown): Buffer {
  if (!Buffer.isBuffer(value)) {
    throw invalid(name, 'must be a string or a Buffer', value, 'ERR_INVALID_ARG_TYPE');
  }
  if (value.includes(0)) throw invalid(name, 'must not contain a NUL byte', value);
  return Buffer.concat([value, NUL]);
}

/** As {@link cString}, for a path: not empty. */
export function cPath(name: string, value: unknown): Buffer {
  const bytes = cString(name, value);
  if (bytes.length === 1) throw invalid(name, 'must not be empty', value);
  return bytes;
}

/** A whole number that fits an `int`, a flag word say. */
export function cInt(name: string, value: unknown): number {
  if (typeof value !== 'number') throw invalid(name, 'must be a number', value, 'ERR_INVALID_ARG_TYPE');
  if (!Number.isInteger(value) || value < -0x80000000 || value > 0xffffffff) {
    throw invalid(name, 'must be a 32-bit integer', value, 'ERR_OUT_OF_RANGE');
  }
  return value;
}

/** The readable form of a path for messages: control characters and bytes outside UTF-8 escaped. */
export function printable(value: PathLike): string {
  return escapeUnprintable(typeof value === 'string' ? value : decodePath(value));
}

/** An argument as strace(1) shows it. */
export function quoted(value: PathLike | null): string {
  if (value === null) return 'NULL';
  const text = typeof value === 'string' ? value : decodePath(value);
  return `"${escapeUnprintable(text.replace(/["\\]/g, '\\$&'))}"`;
}

function escapeUnprintable(text: string): string {
  return text.replace(UNPRINTABLE, (char) => {
    const code = char.charCodeAt(0);
    if (code >= 0xdc80 && code <= 0xdcff) return `\\${(code - 0xdc00).toString(8)}`;
    return JSON.stringify(char).slice(1, -1);
  });
}

function invalid(name: string, must: string, value: unknown, code = 'ERR_INVALID_ARG_VALUE'): TypeError {
  const error = new TypeError(`${name} ${must}, received ${inspect(value)}`);
  return Object.assign(error, { code });
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const UNPRINTABLE = /[\u0000-\u001f\u007f\ud800-\udfff]/gu;
const NUL = Buffer.alloc(1);
const encoded = new Map<string, Buffer>();
const MANY = 64;
