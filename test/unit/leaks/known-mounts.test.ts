import { expect, test } from 'vitest';

import { KnownMounts } from '../../../src/leaks/known-mounts.js';

const TABLE = `
21 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw
22 21 0:20 / /proc rw - proc proc rw
`.trimStart();

const unknown = (table: string) =>
  new KnownMounts(Buffer.from(TABLE))
    .unknownIn(Buffer.from(table, 'latin1'))
    .map((mount) => mount.mountPoint);

test('a copy of the tree has other ids and nothing new', () => {
  expect(unknown(TABLE)).toEqual([]);
  expect(unknown(TABLE.replaceAll('21 ', '91 '))).toEqual([]);
});

test('what is new or was changed is found', () => {
  expect(unknown(`${TABLE}23 21 0:21 / /new rw - tmpfs t rw\n`)).toEqual(['/new']);
  expect(unknown(TABLE.replace('proc rw', 'proc ro'))).toEqual(['/proc']);
  expect(unknown(TABLE.replace('/proc rw', '/proc ro'))).toEqual(['/proc']);
});

test('a path that is not UTF-8 comes out as the parser gives it', () => {
  expect(unknown(`${TABLE}23 21 0:21 / /\xff rw - tmpfs t rw\n`)).toEqual(['/\udcff']);
});
