import type { MountNamespace } from 'mountns';
import { expect, test } from 'mountns/vitest';
import { failureOf } from '../../failure-of.js';
import { namespaceLike, OtherNamespace, sharedDirectory } from './host-side.js';

/** A namespace with a tmpfs on `directory`, and its `/` shared. */
async function startShared(directory: string): Promise<OtherNamespace> {
  const namespace = await OtherNamespace.start('private');
  namespace.run('mount', '-t', 'tmpfs', 'tied', directory);
  namespace.run('mkdir', `${directory}/a`);
  namespace.run('mount', '--make-rshared', '/');
  return namespace;
}

/** Binds `from` to `to`, as a slave that is shared itself. */
function bindAsSlave(namespace: OtherNamespace, from: string, to: string): void {
  namespace.run('mount', '--bind', from, to);
  namespace.run('mount', '--make-slave', to);
  namespace.run('mount', '--make-shared', to);
}

/** `ns`, as if its mounts were those of `inside`, and `host` were the host since `before`. */
function between(ns: MountNamespace, inside: OtherNamespace, host: OtherNamespace, before = host.mounts()) {
  const parts = { mounts: () => inside.mounts() };
  return namespaceLike(ns, parts, { mounts: () => host.mounts(), mountsAtEntry: () => before });
}

async function failure(fn: () => unknown, directories: Record<string, string>): Promise<string> {
  return Object.entries(directories).reduce(
    (text, [name, directory]) => text.replaceAll(directory, `<${name}>`),
    await failureOf(fn),
  );
}

test('fails for a slave of a slave of the host’s', async ({ ns }) => {
  const [x, y] = [sharedDirectory(), sharedDirectory()];
  const host = await startShared(x);
  const inside = await OtherNamespace.start('slave', host);
  inside.run('mount', '--make-private', '/');
  inside.run('mount', '--make-shared', x);
  bindAsSlave(inside, x, y);
  inside.run('mount', '--make-slave', y);
  const tied = between(ns, inside, host);
  expect(await failure(() => expect(tied).toBeIsolatedFromHost(y), { x, y })).toMatchInlineSnapshot(`
    "expect(ns).toBeIsolatedFromHost(path)

    Expected <y> to be isolated from the host
    Broken:   it is a slave of peer group …, a slave of peer group … of the host
    Inside:   tied on <y> type tmpfs (rw,relatime), slave:…
    Through:  tied on <x> type tmpfs (rw,relatime), slave:…+shared:…
    Host:     tied on <x> type tmpfs (rw,relatime), shared:…
    Seen in:  mnt:[…], … mounts; the host is mnt:[…]"
  `);
  expect(tied).not.toBeIsolatedFromHost();

  host.run('mount', '-t', 'tmpfs', 'of-the-host', `${x}/a`);
  expect(inside.mounts().at(`${y}/a`)?.source).toBe('of-the-host');
});

test('fails when the host has a slave of a slave of it', async ({ ns }) => {
  const [p, q, r] = [sharedDirectory(), sharedDirectory(), sharedDirectory()];
  const inside = await startShared(p);
  bindAsSlave(inside, p, q);
  const host = await OtherNamespace.start('slave', inside);
  inside.run('mount', '--make-private', '/');
  host.run('umount', p);
  host.run('mount', '--move', q, r);
  const tied = between(ns, inside, host);
  expect(await failure(() => expect(tied).toBeIsolatedFromHost(p), { p, q, r })).toMatchInlineSnapshot(`
    "expect(ns).toBeIsolatedFromHost(path)

    Expected <p> to be isolated from the host
    Broken:   a mount of the host is a slave of peer group …, a slave of its peer group …
    Inside:   tied on <p> type tmpfs (rw,relatime), shared:…
    Through:  tied on <q> type tmpfs (rw,relatime), slave:…+shared:…
    Host:     tied on <r> type tmpfs (rw,relatime), slave:…
    Seen in:  mnt:[…], … mounts; the host is mnt:[…]"
  `);

  inside.run('mount', '-t', 'tmpfs', 'of-the-namespace', `${p}/a`);
  expect(host.mounts().at(`${r}/a`)?.source).toBe('of-the-namespace');
  expect(
    await failure(() => expect(tied).toBeIsolatedFromHost(`${p}/a`), { p, q, r }),
  ).toMatchInlineSnapshot(`
    "expect(ns).toBeIsolatedFromHost(path)

    Expected <p>/a to be isolated from the host
    Broken:   a mount of the host is a slave of peer group …, a slave of its peer group …
    Inside:   of-the-namespace on <p>/a type tmpfs (rw,relatime), shared:…
    Through:  of-the-namespace on <q>/a type tmpfs (rw,relatime), slave:…+shared:…
    Host:     of-the-namespace on <r>/a type tmpfs (rw,relatime), slave:…
    Seen in:  mnt:[…], … mounts; the host is mnt:[…]"
  `);
  inside.run('mount', '--make-private', `${p}/a`);
  inside.run('mount', '--make-private', `${q}/a`);
  expect(
    await failure(() => expect(tied).toBeIsolatedFromHost(`${p}/a`), { p, q, r }),
  ).toMatchInlineSnapshot(`
    "expect(ns).toBeIsolatedFromHost(path)

    Expected <p>/a to be isolated from the host
    Broken:   the host sees it too, on a file system that it did not have at entry
    Inside:   of-the-namespace on <p>/a type tmpfs (rw,relatime), private
    Host:     of-the-namespace on <r>/a type tmpfs (rw,relatime), private
    Seen in:  mnt:[…], … mounts; the host is mnt:[…]"
  `);
});

test('fails when a third namespace may pass mounts on to the host', async ({ ns }) => {
  const [p, q] = [sharedDirectory(), sharedDirectory()];
  const inside = await startShared(p);
  const third = await OtherNamespace.start('slave', inside);
  third.run('mount', '--make-shared', p);
  const host = await OtherNamespace.start('slave', third);
  inside.run('mount', '--make-private', '/');
  const before = host.mounts();
  host.run('mount', '--bind', p, q);
  const tied = between(ns, inside, host, before);
  expect(await failure(() => expect(tied).toBeIsolatedFromHost(p), { p, q })).toMatchInlineSnapshot(`
    "expect(ns).toBeIsolatedFromHost(path)

    Expected <p> to be isolated from the host
    Broken:   a mount of the host is a slave of peer group …, and no mount of that is in either table:
              what is mounted below may come to the host through a third namespace
    Inside:   tied on <p> type tmpfs (rw,relatime), shared:…
    Host:     tied on <q> type tmpfs (rw,relatime), slave:…
    Seen in:  mnt:[…], … mounts; the host is mnt:[…]"
  `);
  expect(tied).not.toBeIsolatedFromHost();
  // Other file systems are not tied to it, so nothing is uncertain.
  expect(tied).toBeIsolatedFromHost('/');

  inside.run('mount', '-t', 'tmpfs', 'of-the-namespace', `${p}/a`);
  expect(host.mounts().at(`${q}/a`)?.source).toBe('of-the-namespace');
});

test('passes where the host was a slave at entry, as in a container of Docker', async ({ ns }) => {
  const p = sharedDirectory();
  const third = await startShared(p);
  const host = await OtherNamespace.start('slave', third);
  const inside = await OtherNamespace.start('private', host);
  inside.run('mount', '--make-rshared', '/');
  expect(host.mounts().at(p)?.propagation).toBe('slave');
  expect(between(ns, inside, host)).toBeIsolatedFromHost(p);

  inside.run('mount', '-t', 'tmpfs', 'of-the-namespace', `${p}/a`);
  expect(host.mounts().at(`${p}/a`)).toBeUndefined();
});

test('fails when a third namespace may pass mounts of the host on to it', async ({ ns }) => {
  const p = sharedDirectory();
  const host = await startShared(p);
  const third = await OtherNamespace.start('slave', host);
  third.run('mount', '--make-rshared', '/');
  const inside = await OtherNamespace.start('slave', third);
  const tied = between(ns, inside, host);
  expect(await failure(() => expect(tied).toBeIsolatedFromHost(p), { p })).toMatchInlineSnapshot(`
    "expect(ns).toBeIsolatedFromHost(path)

    Expected <p> to be isolated from the host
    Broken:   it is a slave of peer group …, and no mount of that is in either table:
              mounts of the host may come to it through a third namespace
    Inside:   tied on <p> type tmpfs (rw,relatime), slave:…
    Host:     tied on <p> type tmpfs (rw,relatime), shared:…
    Seen in:  mnt:[…], … mounts; the host is mnt:[…]"
  `);

  host.run('mount', '-t', 'tmpfs', 'of-the-host', `${p}/a`);
  expect(inside.mounts().at(`${p}/a`)?.source).toBe('of-the-host');
});

test('passes for a slave of a group that no mount of the host can feed', async ({ ns }) => {
  const p = sharedDirectory();
  const third = await startShared(p);
  const inside = await OtherNamespace.start('slave', third);
  inside.run('mount', '--make-private', '/');
  const host = await OtherNamespace.start('private');
  expect(inside.mounts().at(p)?.propagation).toBe('slave');
  expect(between(ns, inside, host)).toBeIsolatedFromHost(p);
});
