import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'mountns/vitest';

const fixtures = path.join(import.meta.dirname, 'fixtures');

test('shows a directory at another place', ({ ns, host }) => {
  ns.bind(fixtures, '/srv/app', { readonly: true });

  expect(fs.readFileSync('/srv/app/config.json', 'utf8')).toContain('"port": 8080');
  expect(() => fs.writeFileSync('/srv/app/config.json', '{}')).toThrow('EROFS');
  expect(host).not.toHaveMount('/srv/app');
});

test('replaces a single file', ({ ns }) => {
  ns.bind(path.join(fixtures, 'hosts'), '/etc/hosts');

  expect(fs.readFileSync('/etc/hosts', 'utf8')).toBe('127.0.0.1 db.test\n');
  expect(ns).toBeIsolatedFromHost('/etc/hosts');
});

test('makes a directory copy-on-write', ({ ns }) => {
  const before = fs.readdirSync(fixtures);
  ns.overlay(fixtures);
  fs.rmSync(path.join(fixtures, 'hosts'));
  fs.writeFileSync(path.join(fixtures, 'new.txt'), 'new');

  expect(fs.readdirSync(fixtures)).toEqual(['config.json', 'new.txt']);
  ns.umount(fixtures);
  expect(fs.readdirSync(fixtures)).toEqual(before);
});

test('hides what must not be there', ({ ns }) => {
  ns.mask('/usr/share');

  expect(fs.readdirSync('/usr/share')).toEqual([]);
  expect(ns).toBeIsolatedFromHost('/usr/share');
});

test('moves a mount', ({ ns, host }) => {
  ns.tmpfs('/mnt/old');
  fs.writeFileSync('/mnt/old/a.txt', 'a');
  ns.move('/mnt/old', '/mnt/new');

  expect('/mnt/old').not.toBeMountPoint();
  expect(fs.readFileSync('/mnt/new/a.txt', 'utf8')).toBe('a');
  expect(host).not.toHaveMount('/mnt/new');
});

test('changes the flags of a mount', ({ ns }) => {
  ns.tmpfs('/mnt/tools');
  fs.writeFileSync('/mnt/tools/run', '#!/bin/sh\n', { mode: 0o755 });
  ns.remount('/mnt/tools', { flags: ['noexec', 'ro'] });

  expect('/mnt/tools').toHaveMountOptions(['noexec']);
  expect('/mnt/tools').toBeReadOnly();
  expect(ns).toBeIsolatedFromHost('/mnt/tools');
});
