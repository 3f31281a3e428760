import { encodeOctal } from './octal.js';

/**
 * Text from a mount table for people: what would break a line or a terminal is escaped the way the kernel
 * does, spaces stay.
 */
export function printable(text: string): string {
  return text === '' ? '""' : encodeOctal(text, UNPRINTABLE);
}

// Controls, line separators, direction marks, bytes that are not UTF-8, and the backslash of the escapes.
const UNPRINTABLE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /[\\\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]/gu;
