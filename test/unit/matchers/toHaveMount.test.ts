import { MountTable } from 'mountns';
import { expect } from 'mountns/vitest';
import { describe, test } from 'vitest';
import { failureOf } from '../../failure-of.js';

const table = new MountTable(
  [
    '1 0 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw,errors=remount-ro',
    '2 1 0:40 / /data rw,nosuid,nodev - tmpfs scratch ro,size=64k',
    '3 2 0:41 / /data/hidden rw - tmpfs beneath rw',
    '4 2 0:42 / /data rw,relatime - overlay over rw,lowerdir=/a\\054b,index=off',
    '6 1 0:44 / /sized rw - tmpfs sized rw,size=1073741824k,mode=700',
    '7 1 0:45 / /layers rw - overlay over rw,lowerdir=/layers/1',
    '5 1 0:43 / /with\\040space\\012and\\040line rw - tmpfs spaced rw',
    '',
  ].join('\n'),
);

describe('passes', () => {
  test('for the mount that is seen at the path', () => {
    expect(table).toHaveMount('/');
    expect(table).toHaveMount('/data/', { type: 'overlay', source: 'over' });
    expect(table).toHaveMount('/with space\nand line');
    expect(table).not.toHaveMount('/dat');
    expect(table).not.toHaveMount('/data/hidden');
    expect(table).not.toHaveMount('/data', { type: 'tmpfs' });
  });

  test('for options of the mount and of its superblock', () => {
    expect(table).toHaveMount('/data', { options: ['index=off', 'lowerdir=/a,b', 'relatime', 'rw'] });
    expect(table).not.toHaveMount('/data', { options: ['index=off', 'noexec'] });
    expect(table).not.toHaveMount('/data', { options: ['index'] });
  });

  test('for numbers in any form that a file system takes', () => {
    for (const size of ['size=1T', 'size=1t', 'size=1024G', 'size=1099511627776'])
      expect(table).toHaveMount('/sized', { options: [size, 'mode=0700'] });
    for (const size of ['size=1', 'size=1G', 'size=1k', 'size=1073741824'])
      expect(table).not.toHaveMount('/sized', { options: [size] });
    expect(table).not.toHaveMount('/layers', { options: ['lowerdir=/layers/01'] });
  });

  test('for what asymmetric matchers take', () => {
    expect(table).toHaveMount('/data', { type: expect.any(String), source: expect.stringContaining('ver') });
    expect(table).toHaveMount('/data', { options: [expect.stringMatching(/^lowerdir=/)] });
    expect(table).toHaveMount('/data', { options: expect.arrayContaining(['rw', 'index=off']) });
    expect(table).toHaveMount('/data', { options: expect.not.arrayContaining(['ro']) });
    expect(table).toHaveMount('/data', expect.objectContaining({ type: 'overlay' }));
    expect(table).not.toHaveMount('/data', expect.objectContaining({ type: 'tmpfs' }));
    expect(table).not.toHaveMount('/data', { options: [expect.stringMatching(/^upperdir=/)] });
    expect(table).not.toHaveMount('/data', { options: expect.arrayContaining(['ro']) });
  });

  test('for what can read its mounts, as a namespace and the host do', () => {
    const host = { id: 1, mounts: () => table, mountsAtEntry: () => table };
    expect(host).toHaveMount('/data');
    expect({ id: 2, mounts: () => table, host }).not.toHaveMount('/dat');
  });

  test('as a value', () => {
    expect({ table }).toEqual({ table: expect.toHaveMount('/data', { type: 'overlay' }) });
    expect({ table }).toEqual({ table: expect.not.toHaveMount('/data', { type: 'tmpfs' }) });
    expect({ table }).not.toEqual({ table: expect.not.toHaveMount('/data') });
  });
});

describe('says', () => {
  test('that nothing is there', async () => {
    expect(await failureOf(() => expect(table).toHaveMount('/srv', { type: 'ext4' }))).toMatchInlineSnapshot(`
      "expect(table).toHaveMount(path, expected)

      Expected the table to have a mount at /srv with type ext4
      Broken:   nothing is mounted there
      Lies on:  /dev/sda1 on / type ext4 (rw,relatime,errors=remount-ro), shared:…
      Seen in:  … mounts"
    `);
  });

  test('that something else hides it', async () => {
    expect(await failureOf(() => expect(table).toHaveMount('/data/./hidden/'))).toMatchInlineSnapshot(`
      "expect(table).toHaveMount(path)

      Expected the table to have a mount at /data/hidden
      Broken:   nothing is mounted there
      Lies on:  over on /data type overlay (rw,relatime,lowerdir=/a,b,index=off), private
      Hidden:   beneath on /data/hidden type tmpfs (rw), private
      Seen in:  … mounts"
    `);
  });

  test('what differs', async () => {
    const expected = { type: 'tmpfs', source: expect.stringContaining('scratch'), options: ['ro', 'rw'] };
    expect(await failureOf(() => expect(table).toHaveMount('/data', expected))).toMatchInlineSnapshot(`
      "expect(table).toHaveMount(path, expected)

      Expected the table to have a mount at /data with type tmpfs, source StringContaining 'scratch', options ro,rw
      Broken:   its type is overlay, its source is over, it lacks ro
      Mount:    over on /data type overlay (rw,relatime,lowerdir=/a,b,index=off), private
      Seen in:  … mounts"
    `);
    expect(
      await failureOf(() => expect(table).toHaveMount('/data', { options: expect.arrayContaining(['ro']) })),
    ).toMatchInlineSnapshot(`
      "expect(table).toHaveMount(path, expected)

      Expected the table to have a mount at /data with options ArrayContaining [ 'ro' ]
      Broken:   its options are rw,relatime,lowerdir=/a,b,index=off
      Mount:    over on /data type overlay (rw,relatime,lowerdir=/a,b,index=off), private
      Seen in:  … mounts"
    `);
    expect(
      await failureOf(() => expect(table).toHaveMount('/data', expect.objectContaining({ type: 'tmpfs' }))),
    ).toMatchInlineSnapshot(`
      "expect(table).toHaveMount(path, expected)

      Expected the table to have a mount at /data that matches ObjectContaining { type: 'tmpfs' }
      Broken:   it does not match
      Mount:    over on /data type overlay (rw,relatime,lowerdir=/a,b,index=off), private
      Seen in:  … mounts"
    `);
  });

  test('what is there and should not be', async () => {
    expect(await failureOf(() => expect(table).not.toHaveMount('/data'))).toMatchInlineSnapshot(`
      "expect(table).not.toHaveMount(path)

      Expected the table not to have a mount at /data
      Mount:    over on /data type overlay (rw,relatime,lowerdir=/a,b,index=off), private
      Seen in:  … mounts"
    `);
    expect(
      await failureOf(() => expect(table).not.toHaveMount('/data', { options: ['rw'] })),
    ).toMatchInlineSnapshot(`
      "expect(table).not.toHaveMount(path, expected)

      Expected the table not to have a mount at /data with options rw
      Mount:    over on /data type overlay (rw,relatime,lowerdir=/a,b,index=off), private
      Seen in:  … mounts"
    `);
  });

  test('where it has looked', async () => {
    const host = { id: 1, mounts: () => table, mountsAtEntry: () => table };
    const ns = { id: 2, mounts: () => table, host };
    expect(await failureOf(() => expect(host).not.toHaveMount('/data'))).toMatchInlineSnapshot(`
      "expect(host).not.toHaveMount(path)

      Expected the host not to have a mount at /data
      Mount:    over on /data type overlay (rw,relatime,lowerdir=/a,b,index=off), private
      Seen in:  mnt:[…], … mounts"
    `);
    expect(await failureOf(() => expect(ns).toHaveMount('/srv'))).toMatchInlineSnapshot(`
      "expect(ns).toHaveMount(path)

      Expected the namespace to have a mount at /srv
      Broken:   nothing is mounted there
      Lies on:  /dev/sda1 on / type ext4 (rw,relatime,errors=remount-ro), shared:…
      Seen in:  mnt:[…], … mounts"
    `);
  });

  test('paths in one line', async () => {
    expect(
      await failureOf(() => expect(table).not.toHaveMount('/with space\nand line')),
    ).toMatchInlineSnapshot(`
      "expect(table).not.toHaveMount(path)

      Expected the table not to have a mount at /with space\\012and line
      Mount:    spaced on /with space\\012and line type tmpfs (rw), private
      Seen in:  … mounts"
    `);
  });
});

describe('refuses in both directions', () => {
  test('what has no mount table', () => {
    for (const value of [undefined, null, '/data', 42, {}, [], { mounts: () => table }, [...table]]) {
      expect(() => expect(value).toHaveMount('/data')).toThrow(TypeError);
      expect(() => expect(value).not.toHaveMount('/data')).toThrow(TypeError);
    }
    expect(() => expect('/data').not.toHaveMount('/data')).toThrowErrorMatchingInlineSnapshot(
      `[TypeError: toHaveMount: expect() must be given the namespace that withMountNamespace passes to its callback, or a MountTable, received '/data']`,
    );
  });

  test('what is no absolute path', () => {
    for (const path of [undefined, null, '', 'data', 42, { path: '/data' }]) {
      expect(() => expect(table).toHaveMount(path as never)).toThrow(TypeError);
      expect(() => expect(table).not.toHaveMount(path as never)).toThrow(TypeError);
    }
    expect(() => expect(table).not.toHaveMount('data')).toThrowErrorMatchingInlineSnapshot(
      `[TypeError: toHaveMount: the path must be an absolute path, received 'data']`,
    );
  });

  test('expectations that say nothing, or something unknown', () => {
    const unusable = [
      null,
      'tmpfs',
      ['tmpfs'],
      { typ: 'tmpfs' },
      { fsType: 'tmpfs' },
      { type: undefined },
      { type: /tmpfs/ },
      { source: 42 },
      { options: undefined },
      { options: 'ro' },
      { options: [] },
      { options: [undefined] },
      { options: /ro/ },
    ];
    for (const expected of unusable) {
      expect(() => expect(table).toHaveMount('/data', expected as never)).toThrow(TypeError);
      expect(() => expect(table).not.toHaveMount('/data', expected as never)).toThrow(TypeError);
    }
    expect(() =>
      expect(table).toHaveMount('/data', { typ: 'tmpfs' } as never),
    ).toThrowErrorMatchingInlineSnapshot(
      `[TypeError: unknown option of toHaveMount: typ: 'tmpfs', known are type, source, options]`,
    );
    expect(() =>
      expect(table).not.toHaveMount('/data', { type: undefined } as never),
    ).toThrowErrorMatchingInlineSnapshot(
      `[TypeError: toHaveMount: type must be a string or an asymmetric matcher, received undefined]`,
    );
    expect(() => expect(table).toHaveMount('/data', { options: [] })).toThrowErrorMatchingInlineSnapshot(
      `[TypeError: toHaveMount: the options must be a list of strings or asymmetric matchers, not empty, received []]`,
    );
  });
});
