import { decodePath, encodePath } from '../../native/path-bytes.cjs';

/**
 * Undoes the kernel's `\ooo` escapes once, so that `a\134040b` is the directory `a\040b`. A backslash that
 * starts no escape stays.
 */
export function decodeOctal(field: string): string {
  return field.includes('\\') ? decodeBytes(field) : field;
}

/** Escapes the characters that `set` matches, as the kernel's seq_escape() does. */
export function encodeOctal(field: string, set: RegExp): string {
  return field.replace(set, (char) =>
    Array.from(encodePath(char), (byte) => `\\${byte.toString(8).padStart(3, '0')}`).join(''),
  );
}

// Escaped bytes may be parts of one character, so put all bytes together first.
function decodeBytes(field: string): string {
  const bytes = encodePath(field)
    .toString('latin1')
    .replace(/\\([0-3][0-7][0-7])/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
  return decodePath(Buffer.from(bytes, 'latin1'));
}
