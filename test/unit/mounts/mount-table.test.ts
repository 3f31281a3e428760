import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';

import type { Mount } from '../../../src/mounts/mount.js';
import { MountTable } from '../../../src/mounts/mount-table.js';
import { parseMountInfo } from '../../../src/mounts/parse-mount-info.js';

const line = (id: number, parentId: number, mountPoint: string, options = 'rw', source = `s${id}`) =>
  `${id} ${parentId} 0:${id} / ${mountPoint} ${options} - tmpfs ${source} rw\n`;

const tableOf = (...lines: string[]) => new MountTable(lines.join(''));

describe('at', () => {
  test('finds the mount of exactly that path', () => {
    const table = tableOf(line(1, 0, '/'), line(2, 1, '/foo'), line(3, 1, '/foobar'), line(4, 2, '/foo/bar'));
    expect(table.at('/')?.id).toBe(1);
    expect(table.at('/foo')?.id).toBe(2);
    expect(table.at('/foobar')?.id).toBe(3);
    expect(table.at('/foo/bar')?.id).toBe(4);
    expect(table.at('/foo/ba')).toBeUndefined();
    expect(table.at('/foob')).toBeUndefined();
    expect(table.at('/foo/bar/baz')).toBeUndefined();
  });

  test('finds the top-most of a stack, in whatever order the kernel lists it', () => {
    const stack = [line(1, 0, '/'), line(7, 1, '/a'), line(5, 7, '/a'), line(6, 5, '/a')];
    expect(tableOf(...stack).at('/a')?.id).toBe(6);
    expect(tableOf(...stack.reverse()).at('/a')?.id).toBe(6);
  });

  test('does not find what a mount over its parent directory hides', () => {
    const table = tableOf(line(1, 0, '/'), line(2, 1, '/a'), line(3, 2, '/a/b'), line(4, 2, '/a'));
    expect(table.at('/a')?.id).toBe(4);
    expect(table.at('/a/b')).toBeUndefined();
    expect(table.containing('/a/b')?.id).toBe(4);
  });

  test('finds what is mounted on the mount that hides', () => {
    const table = tableOf(
      line(1, 0, '/'),
      line(2, 1, '/a/b'),
      line(3, 1, '/a'),
      line(4, 3, '/a/b'),
      line(5, 1, '/x/y'),
      line(6, 1, '/x'),
    );
    expect(table.at('/a/b')?.id).toBe(4);
    expect(table.at('/x/y')).toBeUndefined();
  });

  test('starts at the root of the process, not at a mount over it', () => {
    const table = tableOf(line(1, 0, '/'), line(2, 1, '/a'), line(3, 1, '/'), line(4, 3, '/b'));
    expect(table.at('/')?.id).toBe(1);
    expect(table.at('/a')?.id).toBe(2);
    expect(table.at('/b')).toBeUndefined();
    expect(table.containing('/b')?.id).toBe(1);
  });

  test('takes the root mount that is its own parent', () => {
    const table = tableOf(line(1, 1, '/'), line(2, 1, '/a'));
    expect(table.at('/')?.id).toBe(1);
    expect(table.at('/a')?.id).toBe(2);
  });

  test('works in a chroot, where the mount of the root directory is not in the table', () => {
    const table = tableOf(line(5, 4, '/a'), line(6, 5, '/a/b'));
    expect(table.at('/')).toBeUndefined();
    expect(table.containing('/c')).toBeUndefined();
    expect(table.at('/a')?.id).toBe(5);
    expect(table.containing('/a/b/c')?.id).toBe(6);
  });

  test('is not fooled by a directory that was deleted beneath its mount', () => {
    const table = tableOf(line(1, 0, '/'), line(2, 1, '/a//deleted'));
    expect(table.at('/a/deleted')).toBeUndefined();
    expect(table.at('/a')).toBeUndefined();
  });

  test('ends for tables that hold a circle', () => {
    const table = tableOf(
      line(1, 9, '/'),
      line(2, 1, '/'),
      line(1, 2, '/'),
      line(3, 4, '/a'),
      line(4, 3, '/a'),
    );
    expect(table.at('/')?.mountPoint).toBe('/');
    expect(table.at('/a')).toBeUndefined();
    expect(table.toString().split('\n')).toHaveLength(6);
    // Two machines give the same ids.
    const onTheWay = tableOf(line(1, 9, '/'), line(2, 1, '/a'), line(1, 2, '/a'));
    expect(onTheWay.at('/a')?.mountPoint).toBe('/a');
  });

  test.each([
    ['/a/', 2],
    ['//a', 2],
    ['/a/.', 2],
    ['/a/b/..', 2],
    ['/../a', 2],
    ['/./', 1],
    ['//', 1],
  ])('takes %j as the kernel would', (path, id) => {
    const table = tableOf(line(1, 0, '/'), line(2, 1, '/a'));
    expect(table.at(path)?.id).toBe(id);
  });

  test('finds a path of bytes that are not UTF-8', () => {
    const table = new MountTable(Buffer.from(line(1, 0, '/') + line(2, 1, '/\xff'), 'latin1'));
    expect(table.at('/\udcff')?.id).toBe(2);
    expect(table.at('/\ufffd')).toBeUndefined();
  });
});

describe('containing', () => {
  test('finds the mount that a path lies on', () => {
    const table = tableOf(line(1, 0, '/'), line(2, 1, '/foo'), line(3, 2, '/foo/bar'));
    expect(table.containing('/foobar')?.id).toBe(1);
    expect(table.containing('/foo')?.id).toBe(2);
    expect(table.containing('/foo/x/y')?.id).toBe(2);
    expect(table.containing('/foo/bar/x')?.id).toBe(3);
    expect(table.containing('/')?.id).toBe(1);
  });
});

describe('under', () => {
  const table = tableOf(
    line(1, 0, '/'),
    line(2, 1, '/foo'),
    line(3, 1, '/foobar'),
    line(4, 2, '/foo/a'),
    line(5, 2, '/foo'),
  );

  test('finds what is below a path, hidden or not, and nothing else', () => {
    expect(table.under('/foo').map(({ id }) => id)).toEqual([4]);
    expect(table.under('/').map(({ id }) => id)).toEqual([2, 3, 4, 5]);
    expect(table.under('/foo/a')).toEqual([]);
  });
});

describe('paths that are none', () => {
  const table = tableOf(line(1, 0, '/'));

  test.each([
    ['relative/path', "'relative/path'", 'ERR_INVALID_ARG_VALUE'],
    ['', "''", 'ERR_INVALID_ARG_VALUE'],
    [undefined, 'undefined', 'ERR_INVALID_ARG_TYPE'],
    [Buffer.from('/'), '<Buffer 2f>', 'ERR_INVALID_ARG_TYPE'],
  ])('%o', (path, shown, code) => {
    for (const method of ['at', 'containing', 'under'] as const) {
      const error = { name: 'TypeError', message: `path must be an absolute path, received ${shown}`, code };
      expect(() => table[method](path as string)).toThrow(expect.objectContaining(error));
    }
  });
});

describe('find and filter', () => {
  const table = tableOf(
    line(1, 0, '/', 'rw,relatime'),
    line(2, 1, '/a', 'ro,nosuid,nodev'),
    line(3, 1, '/b', 'ro,nosuid'),
  );

  test('compare every field given', () => {
    expect(table.find({ fsType: 'tmpfs' })?.id).toBe(1);
    expect(table.find({ fsType: 'tmpfs', parentId: 1 })?.id).toBe(2);
    expect(table.find({ fsType: 'tmp' })).toBeUndefined();
    expect(table.filter({ parentId: 1 }).map(({ id }) => id)).toEqual([2, 3]);
    expect(table.filter({ peerGroup: undefined })).toHaveLength(3);
    expect(table.filter({ peerGroup: 1 })).toEqual([]);
    expect(table.filter({})).toEqual([...table]);
  });

  test('of options, ask for those given among others, in any order', () => {
    expect(table.find({ options: ['nosuid', 'ro'] })?.id).toBe(2);
    expect(table.filter({ options: ['nosuid'] }).map(({ id }) => id)).toEqual([2, 3]);
    expect(table.find({ options: ['nosuid', 'noexec'] })).toBeUndefined();
    expect(table.find({ options: ['no'] })).toBeUndefined();
  });

  test.each([
    [{ fstype: 'tmpfs' }, "pattern has a field that mounts do not have: 'fstype' ({ fstype: 'tmpfs' })"],
    [{ options: 'ro' }, "pattern.options must be an array of strings, received 'ro'"],
    [{ options: ['ro', /x/] }, "pattern.options must be an array of strings, received [ 'ro', /x/ ]"],
    [{ fsType: /x/ }, 'pattern.fsType must be a string, received /x/'],
    [{ mountPoint: undefined }, 'pattern.mountPoint must be a string, received undefined'],
    [{ id: '1' }, "pattern.id must be a number, received '1'"],
    [{ master: null }, 'pattern.master must be a number or undefined, received null'],
    [{ toString: 'x' }, "pattern has a field that mounts do not have: 'toString' ({ toString: 'x' })"],
    [null, 'pattern must be an object with fields of a mount, received null'],
    ['/a', "pattern must be an object with fields of a mount, received '/a'"],
  ])('refuse %j', (pattern, message) => {
    const error = expect.objectContaining({ name: 'TypeError', message });
    expect(() => table.find(pattern as object)).toThrow(error);
    expect(() => table.filter(pattern as object)).toThrow(error);
  });
});

describe('a table', () => {
  const text = line(1, 0, '/') + line(2, 1, '/a');

  test.each([
    [undefined, 'undefined'],
    [5, '5'],
    [{}, '{}'],
    [new Uint16Array([1]), 'Uint16Array(1) [ 1 ]'],
    [[...parseMountInfo(text), undefined], '[ [Object], [Object], undefined ]'],
  ])('is not made of %o, nor compared with it', (value, shown) => {
    const message = (start: string) =>
      expect.objectContaining({ name: 'TypeError', message: `${start}, received ${shown}` });
    expect(() => new MountTable(value as never)).toThrow(
      message('mounts must be text of mountinfo or mounts'),
    );
    expect(() => new MountTable(text).diff(value as never)).toThrow(
      message('other must be a table or mounts'),
    );
    expect(() => new MountTable(text).diff('x' as never)).toThrow(TypeError);
  });

  test('iterates in the order of the text, and counts', () => {
    const table = new MountTable(text);
    expect([...table]).toEqual(parseMountInfo(text));
    expect(table).toHaveLength(2);
  });

  test('takes text, bytes and mounts', () => {
    const mounts = parseMountInfo(text);
    for (const source of [text, Buffer.from(text), new TextEncoder().encode(text), mounts, new Set(mounts)]) {
      expect(new MountTable(source)).toEqual(new MountTable(text));
    }
  });

  test('does not change with the array that it was made of', () => {
    const mounts: Mount[] = parseMountInfo(text);
    const table = new MountTable(mounts);
    mounts.pop();
    expect(table).toHaveLength(2);
  });

  test('differs from a table with another mount', () => {
    expect(new MountTable(text)).not.toEqual(new MountTable(line(1, 0, '/') + line(2, 1, '/b')));
    expect(new MountTable(text)).not.toEqual(new MountTable(line(1, 0, '/')));
  });

  test('parses when it is asked, not before', () => {
    const table = new MountTable('nonsense');
    expect(() => table.length).toThrow('line 1 has fewer than seven fields');
    expect(() => table.length).toThrow('line 1 has fewer than seven fields');
  });

  test('is known by its mark, also when its class comes from another copy', () => {
    expect(MountTable.isMountTable(new MountTable(text))).toBe(true);
    expect(MountTable.isMountTable({ [Symbol.for('mountns.MountTable')]: true })).toBe(true);
    for (const other of [{}, null, undefined, 'x', []]) expect(MountTable.isMountTable(other)).toBe(false);
  });

  test('is its mounts in JSON, and its tree in console.log', () => {
    const table = new MountTable(text);
    expect(JSON.parse(JSON.stringify(table))[1]).toEqual({
      id: 2,
      parentId: 1,
      device: '0:2',
      root: '/',
      mountPoint: '/a',
      options: ['rw'],
      propagation: 'private',
      unknownFields: [],
      fsType: 'tmpfs',
      source: 's2',
      superOptions: ['rw'],
    });
    expect(inspect(table)).toBe(table.toString());
    expect(inspect(table, { colors: true })).toBe(table.format({ colour: true }));
    expect(table.format({ colour: true })).not.toBe(table.toString());
  });
});
