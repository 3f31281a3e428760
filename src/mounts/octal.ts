import { decodePath, encodePath } from './path-bytes.js';

/**
 * Undoes the kernel's `\ooo` escapes once, so that `a\134040b` is the directory `a\040b`. A backslash that
 * starts no escape stays.
 */
export function decodeOctal(field: string): string {
  let decoded = '';
  let copied = 0;
  for (let at = field.indexOf('\\'); at !== -1; at = field.indexOf('\\', Math.max(copied, at + 1))) {
    const byte = readOctal(field, at + 1);
    if (byte === undefined) continue;
    if (byte > 0x7f) return decodeBytes(field);
    decoded += field.slice(copied, at) + String.fromCharCode(byte);
    copied = at + 4;
  }
  return copied === 0 ? field : decoded + field.slice(copied);
}

/** Escapes the characters that `set` matches, as the kernel's seq_escape() does. */
export function encodeOctal(field: string, set: RegExp): string {
  return field.replace(set, (char) =>
    Array.from(encodePath(char), (byte) => `\\${byte.toString(8).padStart(3, '0')}`).join(''),
  );
}

function readOctal(field: string, at: number): number | undefined {
  const high = field.charCodeAt(at) - ZERO;
  const middle = field.charCodeAt(at + 1) - ZERO;
  const low = field.charCodeAt(at + 2) - ZERO;
  const isEscape = high >= 0 && high <= 3 && middle >= 0 && middle <= 7 && low >= 0 && low <= 7;
  return isEscape ? high * 64 + middle * 8 + low : undefined;
}

// Escaped bytes may be parts of one character, so put all bytes together first.
function decodeBytes(field: string): string {
  const bytes = encodePath(field)
    .toString('latin1')
    .replace(/\\([0-3][0-7][0-7])/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
  return decodePath(Buffer.from(bytes, 'latin1'));
}

const ZERO = 0x30;
