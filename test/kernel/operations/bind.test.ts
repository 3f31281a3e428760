import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { expect } from 'vitest';
import { listEverywhere, operationTest, readEverywhere, writeEverywhere } from './operation-test.js';

operationTest('bind shows a directory at a second place', ['a/', 'a/f', 'b/'], async (ns, dir) => {
  ns.bind(`${dir}/a`, `${dir}/b`);
  expect(await listEverywhere(`${dir}/b`)).toEqual(['f']);
  expect(await readEverywhere(`${dir}/b/f`)).toBe('a/f');
  expect(`${dir}/b`).toBeMountPoint();
  expect(ns).toBeIsolatedFromHost(`${dir}/b`);
});

operationTest('bind shows a single file at a second place', ['a', 'b'], async (ns, dir) => {
  ns.bind(`${dir}/a`, `${dir}/b`);
  expect(await readEverywhere(`${dir}/b`)).toBe('a');
});

operationTest('bind provides a missing target, a directory or a file', ['a/', 'a/f'], async (ns, dir) => {
  ns.bind(`${dir}/a`, `${dir}/deep/er/directory`);
  ns.bind(`${dir}/a/f`, `${dir}/deep/er/file`);
  ns.bind('/dev/null', `${dir}/null`);
  expect(await listEverywhere(`${dir}/deep/er`)).toEqual(['directory', 'file']);
  expect(await readEverywhere(`${dir}/deep/er/file`)).toBe('a/f');
  expect(fs.statSync(`${dir}/null`).isCharacterDevice()).toBe(true);
});

operationTest('bind follows symbolic links in the source', ['a/', 'a/f', 'b/'], async (ns, dir) => {
  ns.tmpfs(`${dir}/b`);
  fs.symlinkSync(`${dir}/a`, `${dir}/b/link`);
  ns.bind(`${dir}/b/link/f`, `${dir}/b/target`);
  expect(await readEverywhere(`${dir}/b/target`)).toBe('a/f');
});

operationTest(
  'bind takes the mounts below along when it is recursive',
  ['a/sub/', 'b/', 'c/'],
  async (ns, dir) => {
    ns.tmpfs(`${dir}/a/sub`);
    fs.writeFileSync(`${dir}/a/sub/f`, '');
    ns.bind(`${dir}/a`, `${dir}/b`);
    ns.bind(`${dir}/a`, `${dir}/c`, { recursive: true });
    expect(await listEverywhere(`${dir}/b/sub`)).toEqual([]);
    expect(await listEverywhere(`${dir}/c/sub`)).toEqual(['f']);
  },
);

operationTest('a recursive bind leaves unbindable mounts out', ['a/sub/', 'b/'], (ns, dir) => {
  ns.tmpfs(`${dir}/a/sub`);
  ns.propagation(`${dir}/a/sub`, 'unbindable');
  ns.bind(`${dir}/a`, `${dir}/b`, { recursive: true });
  expect(`${dir}/b/sub`).not.toBeMountPoint();
});

operationTest('a read-only bind refuses writes, and the source takes them', ['b/'], async (ns, dir) => {
  ns.tmpfs(`${dir}/a`);
  ns.bind(`${dir}/a`, `${dir}/b`, { readonly: true });
  expect(await writeEverywhere(`${dir}/b/f`)).toBe('EROFS');
  expect(await writeEverywhere(`${dir}/a/f`)).toBe('written');
});

operationTest('a read-only bind of a file refuses writes', ['b'], async (ns, dir) => {
  ns.tmpfs(`${dir}/a`);
  fs.writeFileSync(`${dir}/a/f`, 'content');
  ns.bind(`${dir}/a/f`, `${dir}/b`, { readonly: true });
  expect(await readEverywhere(`${dir}/b`)).toBe('content');
  expect(await writeEverywhere(`${dir}/b`)).toBe('EROFS');
});

operationTest(`a recursive read-only bind is read-only all the way down`, ['b/'], async (ns, dir) => {
  ns.tmpfs(`${dir}/a`);
  ns.mount({
    target: `${dir}/a/one`,
    type: 'tmpfs',
    flags: ['nosuid', 'noexec', 'noatime', 'nodiratime'],
  });
  ns.mount({ target: `${dir}/a/one/two`, type: 'tmpfs', flags: ['nodev', 'strictatime', 'nosymfollow'] });
  ns.bind(`${dir}/a`, `${dir}/b`, { recursive: true, readonly: true });
  for (const place of ['b', 'b/one', 'b/one/two']) {
    expect(await writeEverywhere(`${dir}/${place}/f`)).toBe('EROFS');
  }
  for (const place of ['a', 'a/one', 'a/one/two']) {
    expect(await writeEverywhere(`${dir}/${place}/f`)).toBe('written');
  }
  const options = (place: string) => ns.mounts().at(`${dir}/${place}`)?.options;
  expect(options('b')).toEqual(['ro', 'nosuid', 'nodev', 'relatime']);
  expect(options('b/one')).toEqual(['ro', 'nosuid', 'noexec', 'noatime', 'nodiratime']);
  expect(options('b/one/two')).toEqual(['ro', 'nodev', 'nosymfollow']);
  // The flag of the file system, which other mounts of it share, stays.
  expect(ns.mounts().at(`${dir}/b`)?.superOptions).toContain('rw');
});

operationTest(`a read-only bind that is not recursive leaves the source alone`, ['b/'], async (ns, dir) => {
  ns.tmpfs(`${dir}/a`, { flags: ['noexec'] });
  ns.bind(`${dir}/a`, `${dir}/b`, { readonly: true });
  expect(ns.mounts().at(`${dir}/b`)?.options).toEqual(['ro', 'nosuid', 'nodev', 'noexec', 'relatime']);
  expect(ns.mounts().at(`${dir}/a`)?.options).toEqual(['rw', 'nosuid', 'nodev', 'noexec', 'relatime']);
});

operationTest(
  'a bind keeps its place when its source is renamed, and when the target is',
  ['b/'],
  (ns, dir) => {
    ns.tmpfs(`${dir}/a`);
    fs.mkdirSync(`${dir}/a/source`);
    fs.mkdirSync(`${dir}/a/target`);
    fs.writeFileSync(`${dir}/a/source/f`, '');
    ns.bind(`${dir}/a/source`, `${dir}/a/target`);
    execFileSync('mv', [`${dir}/a/source`, `${dir}/a/elsewhere`]);
    expect(fs.readdirSync(`${dir}/a/target`)).toEqual(['f']);
  },
);
