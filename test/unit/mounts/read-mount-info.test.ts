import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const { readSync } = fs;
let read = readSync;
// It takes the function when it is loaded.
fs.readSync = ((...args: Parameters<typeof readSync>) => read(...args)) as typeof readSync;
const { readMountInfo, UnstableMountInfoError } = await import('../../../src/mounts/read-mount-info.cjs');

let directory: string;

beforeEach(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'mountns-'));
});

afterEach(() => {
  fs.rmSync(directory, { recursive: true });
});

test.each([0, 1, 4095, 4096, 16384, 16385, 1_000_000])('reads all of %i bytes', (length) => {
  const bytes = Buffer.from(Uint8Array.from({ length }, (_, index) => index % 251));
  const file = path.join(directory, 'table');
  fs.writeFileSync(file, bytes);
  const fd = fs.openSync(file, 'r');
  expect(readMountInfo(fd).equals(bytes)).toBe(true);
  fs.closeSync(fd);
});

test('reads the table of now, from its start, however often the descriptor was read', () => {
  const fd = fs.openSync('/proc/thread-self/mountinfo', 'r');
  fs.readSync(fd, Buffer.alloc(10));
  const table = fs.readFileSync('/proc/thread-self/mountinfo');
  expect(readMountInfo(fd)).toEqual(table);
  expect(readMountInfo(fd)).toEqual(table);
  fs.closeSync(fd);
});

test('fails with the error of Node when the descriptor is none', () => {
  const fd = fs.openSync('/proc/thread-self/mountinfo', 'r');
  fs.closeSync(fd);
  expect(() => readMountInfo(fd)).toThrow(expect.objectContaining({ code: 'EBADF', syscall: 'read' }));
});

test.each([2, 3, 4, 5, 20])(
  'takes no mixture of two tables for one, of %i pages that change to and fro between any two reads',
  (pages) => {
    const fd = fs.openSync('/dev/null', 'r');
    const tables = ['private\n', 'shared \n'].map((line) => line.repeat((pages * 4096) / line.length));
    let reads = 0;
    const fake = (_fd: number, buffer: Buffer, offset: number, length: number, position: number) => {
      const table = tables[reads++ % 2] as string;
      return buffer.write(table.slice(position, position + Math.min(length, 4096)), offset);
    };
    read = fake as typeof readSync;
    try {
      expect(() => readMountInfo(fd)).toThrow(UnstableMountInfoError);
    } finally {
      read = readSync;
      fs.closeSync(fd);
    }
  },
);

describe('a table of two pages', () => {
  /** Reads through the descriptor of an empty file, with `pageOf` in the place of the kernel. */
  function readPages(pageOf: (pass: number, page: number) => string): string {
    const fd = fs.openSync('/dev/null', 'r');
    let pass = 0;
    let page = 0;
    const fake = (_fd: number, buffer: Buffer, offset: number, _length: number, position: number) => {
      if (position === 0) [pass, page] = [pass + 1, 0];
      page++;
      return page > 2 ? 0 : buffer.write(pageOf(pass, page), offset);
    };
    read = fake as typeof readSync;
    try {
      return readMountInfo(fd).toString();
    } finally {
      read = readSync;
      fs.closeSync(fd);
    }
  }

  test('is read until two passes agree', () => {
    const passes = ['ab', 'aB', 'AB', 'cB', 'cd', 'cd'];
    expect(readPages((pass, page) => passes[pass - 1]?.[page - 1] ?? '')).toBe('cd');
  });

  test('is given up when it never stands still', () => {
    const readChanging = () => readPages((pass, page) => `${pass} ${page}\n`);
    expect(readChanging).toThrow(UnstableMountInfoError);
    expect(readChanging).toThrow('the mount table changed during each of 500 reads');
  });
});
