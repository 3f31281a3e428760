import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import type { MountNamespace } from 'mountns';
import { expect, test } from 'mountns/vitest';
import { failureOf } from '../../failure-of.js';

const mount = (...args: string[]) => execFileSync('mount', args);

/** A mount of each kind, in a directory with its name. */
function makeEachKind(ns: MountNamespace): void {
  ns.tmpfs('/mnt/test_mount');
  for (const kind of ['private', 'shared', 'slave', 'both', 'unbindable']) {
    fs.mkdirSync(`/mnt/test_mount/${kind}`);
  }
  ns.tmpfs('/mnt/test_mount/private');
  ns.tmpfs('/mnt/test_mount/shared');
  mount('--make-shared', '/mnt/test_mount/shared');
  mount('--bind', '/mnt/test_mount/shared', '/mnt/test_mount/slave');
  mount('--make-slave', '/mnt/test_mount/slave');
  mount('--bind', '/mnt/test_mount/slave', '/mnt/test_mount/both');
  mount('--make-shared', '/mnt/test_mount/both');
  ns.tmpfs('/mnt/test_mount/unbindable');
  mount('--make-unbindable', '/mnt/test_mount/unbindable');
}

test('tells the five kinds apart', async ({ ns }) => {
  makeEachKind(ns);
  const kinds = ['private', 'shared', 'slave', 'slave+shared', 'unbindable'] as const;
  for (const [index, name] of ['private', 'shared', 'slave', 'both', 'unbindable'].entries()) {
    const path = `/mnt/test_mount/${name}`;
    for (const [other, kind] of kinds.entries()) {
      if (index === other) expect(path).toHavePropagation(kind);
      else expect(path).not.toHavePropagation(kind);
    }
  }
  expect('/mnt/test_mount/both').toHavePropagation(expect.stringContaining('shared'));
});

test('says what it is', async ({ ns }) => {
  makeEachKind(ns);
  expect(
    await failureOf(() => expect('/mnt/test_mount/both').toHavePropagation('shared')),
  ).toMatchInlineSnapshot(`
    "expect(path).toHavePropagation(kind)

    Expected /mnt/test_mount/both to have the propagation type shared
    Mount:    tmpfs on /mnt/test_mount/both type tmpfs (rw,nosuid,nodev,relatime), slave:…+shared:…
    Seen in:  mnt:[…], … mounts"
  `);
  expect(
    await failureOf(() => expect('/mnt/test_mount/private').not.toHavePropagation('private')),
  ).toMatchInlineSnapshot(`
    "expect(path).not.toHavePropagation(kind)

    Expected /mnt/test_mount/private not to have the propagation type private
    Mount:    tmpfs on /mnt/test_mount/private type tmpfs (rw,nosuid,nodev,relatime), private
    Seen in:  mnt:[…], … mounts"
  `);
  expect(
    await failureOf(() =>
      expect('/mnt/test_mount/shared').not.toHavePropagation(expect.stringMatching(/^shared/)),
    ),
  ).toMatchInlineSnapshot(`
    "expect(path).not.toHavePropagation(kind)

    Expected /mnt/test_mount/shared not to have the propagation type StringMatching /^shared/
    Mount:    tmpfs on /mnt/test_mount/shared type tmpfs (rw,nosuid,nodev,relatime), shared:…
    Seen in:  mnt:[…], … mounts"
  `);
});

test('fails where nothing is mounted, in both directions', async ({ ns }) => {
  ns.tmpfs('/mnt/test_mount');
  fs.mkdirSync('/mnt/test_mount/sub');
  expect(
    await failureOf(() => expect('/mnt/test_mount/sub').toHavePropagation('private')),
  ).toMatchInlineSnapshot(`
    "expect(path).toHavePropagation(kind)

    Expected /mnt/test_mount/sub to have the propagation type private
    Broken:   it is no mount point
    Lies on:  tmpfs on /mnt/test_mount type tmpfs (rw,nosuid,nodev,relatime), private
    Seen in:  mnt:[…], … mounts"
  `);
  expect(
    await failureOf(() => expect('/mnt/test_mount/sub').not.toHavePropagation('shared')),
  ).toMatchInlineSnapshot(`
    "expect(path).not.toHavePropagation(kind)

    Expected /mnt/test_mount/sub not to have the propagation type shared
    Broken:   it is no mount point
    Lies on:  tmpfs on /mnt/test_mount type tmpfs (rw,nosuid,nodev,relatime), private
    Seen in:  mnt:[…], … mounts"
  `);
});

test('follows symbolic links, and stands for a value', ({ ns }) => {
  makeEachKind(ns);
  fs.symlinkSync('shared', '/mnt/test_mount/link');
  expect(['/mnt/test_mount/link', '/mnt/test_mount/link']).toEqual([
    expect.toHavePropagation('shared'),
    expect.not.toHavePropagation('private'),
  ]);
});

test('refuses what is no propagation type, in both directions', () => {
  for (const kind of [undefined, null, 'privat', 'Shared', 'shared+slave', ['shared'], 42]) {
    expect(() => expect('/').toHavePropagation(kind as never)).toThrow(TypeError);
    expect(() => expect('/').not.toHavePropagation(kind as never)).toThrow(TypeError);
  }
  expect(() => expect('/').toHavePropagation('rshared' as never)).toThrowErrorMatchingInlineSnapshot(
    `[TypeError: toHavePropagation: the propagation type must be one of private, shared, slave, slave+shared, unbindable, received 'rshared']`,
  );
  expect(() => expect('mnt').not.toHavePropagation('shared')).toThrowErrorMatchingInlineSnapshot(
    `[TypeError: toHavePropagation: the path must be an absolute path, received 'mnt']`,
  );
});

test('refuses a path where nothing is, in both directions', () => {
  expect(() => expect('/mnt/nothing_here').toHavePropagation('shared')).toThrow('ENOENT');
  expect(() => expect('/mnt/nothing_here').not.toHavePropagation('shared')).toThrow('ENOENT');
});
