import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { withMountNamespace } from 'mountns';
import { expect, test } from 'mountns/vitest';
import { operationTest, writeEverywhere } from './operation-test.js';

operationTest('remount sets the flags that are named, and keeps the others', [], async (ns, dir) => {
  ns.tmpfs(`${dir}/d`);
  fs.writeFileSync(`${dir}/d/script`, '#!/bin/sh\necho ran\n', { mode: 0o755 });
  const run = () => execFileSync(`${dir}/d/script`, { encoding: 'utf8' });
  expect(run()).toBe('ran\n');
  ns.remount(`${dir}/d`, { flags: ['noexec', 'noatime'] });
  expect(run).toThrow('EACCES');
  expect(ns.mounts().at(`${dir}/d`)?.options).toEqual(['rw', 'nosuid', 'nodev', 'noexec', 'noatime']);
});

operationTest('remount takes flags away by the names of their opposites', [], async (ns, dir) => {
  const flags = ['ro', 'nosuid', 'nodev', 'noexec', 'nodiratime', 'nosymfollow', 'strictatime'] as const;
  ns.mount({ target: `${dir}/d`, type: 'tmpfs', flags });
  expect(await writeEverywhere(`${dir}/d/f`)).toBe('EROFS');
  ns.remount(`${dir}/d`, { flags: ['rw', 'exec', 'relatime'] });
  expect(await writeEverywhere(`${dir}/d/f`)).toBe('written');
  expect(ns.mounts().at(`${dir}/d`)?.options).toEqual([
    'rw',
    'nosuid',
    'nodev',
    'nodiratime',
    'relatime',
    'nosymfollow',
  ]);
  ns.remount(`${dir}/d`, { flags: ['suid', 'dev', 'diratime', 'symfollow'] });
  expect(ns.mounts().at(`${dir}/d`)?.options).toEqual(['rw', 'relatime']);
});

operationTest('remount never changes the file system, which others show too', [], (ns, dir) => {
  ns.tmpfs(`${dir}/d`);
  ns.bind(`${dir}/d`, `${dir}/e`);
  ns.remount(`${dir}/d`, { flags: ['ro'] });
  expect(ns.mounts().at(`${dir}/d`)?.superOptions[0]).toBe('rw');
  fs.writeFileSync(`${dir}/e/f`, '');
  ns.remount('/', { flags: ['ro', 'noexec'] });
  expect(ns.mounts().at('/')?.options).toContain('ro');
  expect(ns.host.mounts().at('/')?.options).toContain('rw');
  expect(ns.host.mounts().at('/')?.superOptions).toEqual(ns.host.mountsAtEntry().at('/')?.superOptions);
});

operationTest(`remount, recursive, changes the mounts below too`, [], (ns, dir) => {
  ns.tmpfs(`${dir}/d`);
  ns.mount({ target: `${dir}/d/e`, type: 'tmpfs', flags: ['ro', 'nodiratime', 'strictatime'] });
  ns.tmpfs(`${dir}/f`);
  ns.remount(`${dir}/d`, { flags: ['noexec', 'dev'], recursive: true });
  expect(ns.mounts().at(`${dir}/d`)?.options).toEqual(['rw', 'nosuid', 'noexec', 'relatime']);
  expect(ns.mounts().at(`${dir}/d/e`)?.options).toEqual(['ro', 'noexec', 'nodiratime']);
  expect(ns.mounts().at(`${dir}/f`)?.options).not.toContain('noexec');
});

test('a scope that has done nothing but remount leaves no trace in the next one', async () => {
  await withMountNamespace((ns) => ns.remount('/', { flags: ['ro', 'noexec'] }));
  await withMountNamespace((ns) =>
    expect(ns.mounts().at('/')?.options).toEqual(ns.host.mounts().at('/')?.options),
  );
  await withMountNamespace((ns) => ns.propagation('/', 'shared', { recursive: true }));
  await withMountNamespace((ns) => expect(ns.mounts().find({ propagation: 'shared' })).toBeUndefined());
});
