import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { beforeEach, expect, test } from 'mountns/vitest';

const DISK = '/mnt/disk';
const FILE = `${DISK}/file`;

beforeEach(({ ns }) => {
  ns.tmpfs(DISK);
  fs.writeFileSync(FILE, 'content');
});

test('ENOSPC: a full disk', async ({ ns, host }) => {
  ns.induce('ENOSPC', DISK);

  await expect(fs.promises.appendFile(FILE, 'more')).rejects.toThrow('ENOSPC');
  expect(() => execFileSync('dd', ['if=/dev/zero', `of=${FILE}`], { stdio: 'pipe' })).toThrow(
    /No space left/,
  );
  expect(host).not.toHaveMount(DISK);
});

test('ENOSPC: one file that cannot grow', ({ ns, host }) => {
  ns.induce('ENOSPC', FILE);

  expect(() => fs.appendFileSync(FILE, 'more')).toThrow('ENOSPC');
  fs.writeFileSync(`${DISK}/other`, 'fits');
  expect(host).not.toHaveMount(DISK);
});

test('EROFS: a read-only disk', ({ ns, host }) => {
  ns.induce('EROFS', DISK);

  expect(() => fs.writeFileSync(FILE, '')).toThrow('EROFS');
  expect(fs.readFileSync(FILE, 'utf8')).toBe('content');
  expect(host).not.toHaveMount(DISK);
});

test('EXDEV: another device', ({ ns, host }) => {
  fs.mkdirSync(`${DISK}/archive`);
  ns.induce('EXDEV', `${DISK}/archive`);

  expect(() => fs.renameSync(FILE, `${DISK}/archive/file`)).toThrow('EXDEV');
  expect(() => fs.linkSync(FILE, `${DISK}/archive/file`)).toThrow('EXDEV');
  expect(host).not.toHaveMount(`${DISK}/archive`);
});

test('EACCES: a program that may not be started', ({ ns, host }) => {
  fs.writeFileSync(`${DISK}/program`, '#!/bin/sh\n', { mode: 0o755 });
  ns.induce('EACCES', DISK);

  expect(() => execFileSync(`${DISK}/program`)).toThrow('EACCES');
  expect(host).not.toHaveMount(DISK);
});

test('EBUSY: a directory that cannot be removed', ({ ns, host }) => {
  fs.mkdirSync(`${DISK}/cache`);
  ns.induce('EBUSY', `${DISK}/cache`);

  expect(() => fs.rmdirSync(`${DISK}/cache`)).toThrow('EBUSY');
  expect(host).not.toHaveMount(`${DISK}/cache`);
});

test('EIO: a file that cannot be read', async ({ ns, host }) => {
  ns.induce('EIO', FILE);

  await expect(fs.promises.readFile(FILE)).rejects.toThrow('EIO');
  expect(host).not.toHaveMount(FILE);
});

test('ELOOP: a link to itself', ({ ns, host }) => {
  ns.induce('ELOOP', FILE);

  expect(() => fs.readFileSync(FILE)).toThrow('ELOOP');
  expect(host).not.toHaveMount(FILE);
});
