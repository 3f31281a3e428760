import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { expect, test } from 'mountns/vitest';
import { failureOf } from '../../failure-of.js';

test('passes for a mount that is read-only, and for what lies on it', ({ ns }) => {
  ns.tmpfs('/mnt/test_mount');
  fs.mkdirSync('/mnt/test_mount/sub');
  expect('/mnt/test_mount').not.toBeReadOnly();
  execFileSync('mount', ['-o', 'remount,bind,ro', '/mnt/test_mount']);
  expect('/mnt/test_mount').toBeReadOnly();
  expect('/mnt/test_mount/sub').toBeReadOnly();
});

test('passes for a superblock that is read-only under a mount that is not', ({ ns }) => {
  ns.mount({ target: '/mnt/test_mount', type: 'tmpfs', data: { ro: true } });
  expect('/mnt/test_mount').toBeReadOnly();
});

test('follows symbolic links, as writing does', ({ ns }) => {
  ns.tmpfs('/mnt/test_mount');
  fs.mkdirSync('/mnt/test_mount/real');
  fs.symlinkSync('real', '/mnt/test_mount/link');
  ns.tmpfs('/mnt/test_mount/real', { flags: ['ro'] });
  expect('/mnt/test_mount/link').toBeReadOnly();
  expect('/mnt/test_mount/link/../real').toBeReadOnly();
});

test('says what it lies on', async ({ ns }) => {
  ns.tmpfs('/mnt/test_mount');
  fs.mkdirSync('/mnt/test_mount/sub');
  expect(await failureOf(() => expect('/mnt/test_mount').toBeReadOnly())).toMatchInlineSnapshot(`
    "expect(path).toBeReadOnly()

    Expected /mnt/test_mount to be read-only
    Mount:    tmpfs on /mnt/test_mount type tmpfs (rw,nosuid,nodev,relatime), private
    Seen in:  mnt:[…], … mounts"
  `);
  expect(await failureOf(() => expect('/mnt/test_mount/sub').toBeReadOnly())).toMatchInlineSnapshot(`
    "expect(path).toBeReadOnly()

    Expected /mnt/test_mount/sub to be read-only
    Lies on:  tmpfs on /mnt/test_mount type tmpfs (rw,nosuid,nodev,relatime), private
    Seen in:  mnt:[…], … mounts"
  `);
});

test('says what is read-only', async ({ ns }) => {
  ns.tmpfs('/mnt/test_mount', { flags: ['ro'] });
  expect(await failureOf(() => expect('/mnt/test_mount').not.toBeReadOnly())).toMatchInlineSnapshot(`
    "expect(path).not.toBeReadOnly()

    Expected /mnt/test_mount not to be read-only
    Read-only:  the mount
    Mount:      tmpfs on /mnt/test_mount type tmpfs (ro,nosuid,nodev,relatime), private
    Seen in:    mnt:[…], … mounts"
  `);
  ns.umount('/mnt/test_mount');
  ns.mount({ target: '/mnt/test_mount', type: 'tmpfs', data: { ro: true } });
  expect(await failureOf(() => expect('/mnt/test_mount').not.toBeReadOnly())).toMatchInlineSnapshot(`
    "expect(path).not.toBeReadOnly()

    Expected /mnt/test_mount not to be read-only
    Read-only:  its superblock
    Mount:      tmpfs on /mnt/test_mount type tmpfs (ro,relatime), private
    Seen in:    mnt:[…], … mounts"
  `);
  execFileSync('mount', ['-o', 'remount,bind,ro', '/mnt/test_mount']);
  expect(await failureOf(() => expect('/mnt/test_mount').not.toBeReadOnly())).toMatchInlineSnapshot(`
    "expect(path).not.toBeReadOnly()

    Expected /mnt/test_mount not to be read-only
    Read-only:  the mount and its superblock
    Mount:      tmpfs on /mnt/test_mount type tmpfs (ro,relatime), private
    Seen in:    mnt:[…], … mounts"
  `);
});

test('stands for a value', ({ ns }) => {
  ns.tmpfs('/mnt/test_mount', { flags: ['ro'] });
  expect({ where: '/mnt/test_mount' }).toEqual({ where: expect.toBeReadOnly() });
  expect({ where: '/mnt/test_mount' }).not.toEqual({ where: expect.not.toBeReadOnly() });
});

test('refuses what is no absolute path, in both directions', () => {
  for (const path of ['mnt', '', 42, undefined, null, { path: '/mnt' }]) {
    expect(() => expect(path).toBeReadOnly()).toThrow(TypeError);
    expect(() => expect(path).not.toBeReadOnly()).toThrow(TypeError);
  }
  expect(() => expect('mnt/x').toBeReadOnly()).toThrowErrorMatchingInlineSnapshot(
    `[TypeError: toBeReadOnly: the path must be an absolute path, received 'mnt/x']`,
  );
  expect(() => expect('/mnt\0x').not.toBeReadOnly()).toThrow(TypeError);
});

test('refuses a path where nothing is, in both directions', () => {
  expect(() => expect('/mnt/nothing_here').toBeReadOnly()).toThrowErrorMatchingInlineSnapshot(`
    [MountError: look at /mnt/nothing_here failed: statx(2) ENOENT, no such file or directory
      why:  target /mnt/nothing_here does not exist
      call: statx(-100, "/mnt/nothing_here", 0x4800, 0x0) = -1]
  `);
  expect(() => expect('/mnt/nothing_here').not.toBeReadOnly()).toThrow('ENOENT');
});
