import buffer = require('node:buffer');

/**
 * The text of bytes that may not be UTF-8, such as a path from the kernel: every byte that is not part of
 * valid UTF-8 becomes a lone surrogate, U+DC80 for 0x80 to U+DCFF for 0xff (as in PEP 383), so nothing is
 * lost and {@link encodePath} gives the same bytes back.
 *
 * @example
 * ```ts
 * decodePath(Buffer.from([0x2f, 0xff])); // '/\udcff'
 * ```
 */
export function decodePath(bytes: Buffer): string {
  if (buffer.isUtf8(bytes)) return bytes.toString('utf8');
  let text = '';
  let valid = 0;
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceLength(bytes, at);
    if (length === 0) {
      text += bytes.toString('utf8', valid, at) + String.fromCharCode(0xdc00 + (bytes[at] as number));
      valid = at + 1;
    }
    at += length || 1;
  }
  return text + bytes.toString('utf8', valid);
}

/**
 * The bytes of a path that mountns printed, to hand to a system call or to node:fs: `Buffer.from(path)`, but
 * for the lone surrogates that stand for bytes outside UTF-8 (see {@link decodePath}).
 *
 * @example
 * ```ts
 * fs.readdirSync(encodePath(mount.mountPoint)); // works whatever bytes the directory's name has
 * ```
 */
export function encodePath(text: string): Buffer {
  if (!ESCAPED_BYTE.test(text)) return Buffer.from(text);
  const parts = text.split(ESCAPED_BYTE);
  return Buffer.concat(
    parts.map((part, index) =>
      index % 2 === 0 ? Buffer.from(part) : Buffer.from([part.charCodeAt(0) - 0xdc00]),
    ),
  );
}

/** Lone surrogates that stand for no byte: text with them is no path. */
export const FOREIGN_SURROGATE = /[\ud800-\udc7f\udd00-\udfff]/u;

/** What stands for a byte outside UTF-8. With the u flag, it matches surrogates that stand alone only. */
export const ESCAPED_BYTE = /([\udc80-\udcff])/u;

/** Bytes of the character at `at`, 0 where none is well-formed. */
function sequenceLength(bytes: Buffer, at: number): number {
  if ((bytes[at] as number) < 0x80) return 1;
  return [2, 3, 4].find((length) => buffer.isUtf8(bytes.subarray(at, at + length))) ?? 0;
}
