import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { readMountInfo } from '../../../src/mounts/read-mount-info.js';

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
