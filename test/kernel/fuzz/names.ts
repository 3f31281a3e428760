import fc from 'fast-check';
import { encodePath } from '../../../native/path-bytes.cjs';

const PARTS = [
  ...[
    'a',
    'b',
    ' ',
    '\n',
    '\t',
    '\r',
    '#',
    '=',
    '"',
    "'",
    ':',
    '::',
    ',',
    '\\',
    '\\,',
    '\\:',
    '%',
    '*',
    '-',
    '~',
  ],
  ...['\\040', '\\054', '\\134', ' - ', '-', '--', 'ä', '€', '𝄞', '\u00a0', '\ufeff', '\udc80', '\udcff'],
  ...[',upperdir=a', ':b', ',lowerdir=b', ',size=1g', '//deleted', 'mnt:[4026532509]', '$(a)', 'shared:1'],
];

/** The name of a file, of 1 to 255 bytes that could each be taken for something else. */
export const anyName = fc
  .array(fc.constantFrom(...PARTS), { minLength: 1, maxLength: 6 })
  .map((parts) => parts.join('').replaceAll('/', ''))
  .chain((name) => fc.tuple(fc.constant(name), fc.constantFrom(1, 1, 1, 50)))
  // Some are as long as a name can be.
  .map(([name, times]) => cut(name.repeat(times)))
  .filter((name) => name !== '');

function cut(name: string): string {
  let length = 0;
  let taken = '';
  for (const char of name) {
    length += encodePath(char).length;
    if (length > 255) break;
    taken += char;
  }
  return taken;
}
