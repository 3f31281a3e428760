import { execFileSync } from 'node:child_process';
import { expect, test } from 'mountns/vitest';
import { failureOf, stable } from '../../failure-of.js';
import { namespaceLike, OtherNamespace, OtherWorker, sharedDirectory } from './host-side.js';

/** A namespace that plays the host, with `/` shared as on a machine with systemd. */
async function startHost(): Promise<OtherNamespace> {
  const host = await OtherNamespace.start('private');
  host.run('mount', '--make-rshared', '/');
  return host;
}

const mountOn = (host: OtherNamespace, directory: string, ...options: string[]) =>
  host.run('mount', ...options, '-t', 'tmpfs', 'of-the-host', directory);

test('passes for what only the namespace has', ({ ns }) => {
  ns.tmpfs('/mnt/test_mount');
  expect(ns).toBeIsolatedFromHost('/mnt/test_mount');
  expect(ns).toBeIsolatedFromHost();
});

test('passes for a peer group of its own', ({ ns }) => {
  ns.tmpfs('/mnt/test_mount');
  execFileSync('mount', ['--make-shared', '/mnt/test_mount']);
  ns.tmpfs('/mnt/test_mount/a');
  expect(ns).toBeIsolatedFromHost('/mnt/test_mount');
  expect(ns).toBeIsolatedFromHost('/mnt/test_mount/a');
});

test('passes for what the host has had at entry, and for what it mounts elsewhere', async () => {
  const host = await startHost();
  const worker = await OtherWorker.start(host);
  expect(await worker.judge('/proc')).toMatchObject({ pass: true });
  expect(await worker.judge()).toMatchObject({ pass: true });
  mountOn(host, sharedDirectory());
  host.run('mount', '--bind', '/usr', sharedDirectory());
  expect(await worker.judge()).toMatchObject({ pass: true });
});

test('passes for a mount of the host on which that mounts more, or which it replaces, as autofs and systemd do', async () => {
  const [automatic, runtime] = [sharedDirectory(), sharedDirectory()];
  const host = await startHost();
  for (const directory of [automatic, runtime]) mountOn(host, directory);
  const worker = await OtherWorker.start(host);
  mountOn(host, automatic);
  host.run('umount', runtime);
  mountOn(host, runtime);
  for (const directory of [automatic, runtime, '']) {
    expect(await worker.judge(directory)).toMatchObject({ pass: true });
  }
  worker.run('mount', '-t', 'tmpfs', 'of-the-test', automatic);
  expect(await worker.judge(automatic)).toMatchObject({ pass: false });
  expect(await worker.judge()).toMatchObject({ pass: false });
});

test('fails for the namespace of the host', async ({ ns }) => {
  ns.tmpfs('/mnt/test_mount');
  const fake = namespaceLike(ns, { id: ns.host.id });
  expect(await failureOf(() => expect(fake).toBeIsolatedFromHost('/mnt/test_mount'))).toMatchInlineSnapshot(`
    "expect(ns).toBeIsolatedFromHost(path)

    Expected /mnt/test_mount to be isolated from the host
    Broken:   the namespace is the one of the host
    Inside:   tmpfs on /mnt/test_mount type tmpfs (rw,nosuid,nodev,relatime), private
    Seen in:  mnt:[…], … mounts; the host is mnt:[…]"
  `);
  expect(fake).not.toBeIsolatedFromHost('/mnt/test_mount');
  expect(fake).not.toBeIsolatedFromHost();
});

test('fails for a path where nothing is mounted inside', async ({ ns }) => {
  ns.tmpfs('/mnt/test_mount');
  expect(
    await failureOf(() => expect(ns).toBeIsolatedFromHost('/mnt/test_mount/sub')),
  ).toMatchInlineSnapshot(`
    "expect(ns).toBeIsolatedFromHost(path)

    Expected /mnt/test_mount/sub to be isolated from the host
    Broken:   /mnt/test_mount/sub is not a mount point inside
    Inside:   it lies on tmpfs on /mnt/test_mount type tmpfs (rw,nosuid,nodev,relatime), private
    Seen in:  mnt:[…], … mounts; the host is mnt:[…]"
  `);
});

test('fails when the host has a mount there that was not there at entry', async () => {
  const directory = sharedDirectory();
  const host = await startHost();
  const worker = await OtherWorker.start(host, { mountPoint: directory });
  expect(await worker.judge(directory)).toMatchObject({ pass: true });
  mountOn(host, directory);
  const { pass, message } = await worker.judge(directory);
  expect(pass).toBe(false);
  expect(stable(message).replaceAll(directory, '<directory>')).toMatchInlineSnapshot(`
    "expect(ns).toBeIsolatedFromHost(path)

    Expected <directory> to be isolated from the host
    Broken:   the host has a mount there that was not there at entry
    Inside:   tmpfs on <directory> type tmpfs (rw,nosuid,nodev,relatime), private
    Host:     of-the-host on <directory> type tmpfs (rw,relatime), shared:…
    Seen in:  mnt:[…], … mounts; the host is mnt:[…]"
  `);
  expect(await worker.judge(`${directory}/`)).toMatchObject({ pass: false });
  expect(await worker.judge()).toMatchObject({ pass: false });
  expect(await worker.judge('/proc')).toMatchObject({ pass: true });
});

test('fails when the host has moved a mount there', async () => {
  const [from, to] = [sharedDirectory(), sharedDirectory()];
  const host = await OtherNamespace.start('private');
  mountOn(host, from);
  const worker = await OtherWorker.start(host, { mountPoint: to });
  expect(await worker.judge(to)).toMatchObject({ pass: true });
  host.run('mount', '--move', from, to);
  expect(await worker.judge(to)).toMatchObject({ pass: false });
});

test('fails for a namespace that is in the peer groups of the host', async ({ ns }) => {
  const other = await OtherNamespace.start('unchanged');
  const tied = namespaceLike(ns, { mounts: () => other.mounts() });
  const line = other.mounts().at('/proc');
  expect(line?.propagation).toBe('shared');
  expect(await failureOf(() => expect(tied).toBeIsolatedFromHost('/proc'))).toMatchInlineSnapshot(`
    "expect(ns).toBeIsolatedFromHost(path)

    Expected /proc to be isolated from the host
    Broken:   it is in peer group … with a mount of the host
    Inside:   proc on /proc type proc (rw,relatime), shared:…
    Host:     proc on /proc type proc (rw,relatime), shared:…
    Seen in:  mnt:[…], … mounts; the host is mnt:[…]"
  `);
  expect(tied).not.toBeIsolatedFromHost();
});

test('fails for a namespace whose mounts are slaves of the host’s', async ({ ns }) => {
  const other = await OtherNamespace.start('slave');
  const tied = namespaceLike(ns, { mounts: () => other.mounts() });
  expect(await failureOf(() => expect(tied).toBeIsolatedFromHost('/proc'))).toMatchInlineSnapshot(`
    "expect(ns).toBeIsolatedFromHost(path)

    Expected /proc to be isolated from the host
    Broken:   it is a slave of peer group … of the host
    Inside:   proc on /proc type proc (rw,relatime), slave:…
    Host:     proc on /proc type proc (rw,relatime), shared:…
    Seen in:  mnt:[…], … mounts; the host is mnt:[…]"
  `);
  expect(tied).not.toBeIsolatedFromHost();
});

test('fails for a namespace whose mounts the host’s are slaves of', async ({ ns }) => {
  const master = await OtherNamespace.start('private');
  master.run('mount', '--make-rshared', '/');
  const slave = await OtherNamespace.start('slave', master);
  const table = slave.mounts();
  const tied = namespaceLike(
    ns,
    { mounts: () => master.mounts() },
    { mounts: () => table, mountsAtEntry: () => table },
  );
  expect(await failureOf(() => expect(tied).toBeIsolatedFromHost('/proc'))).toMatchInlineSnapshot(`
    "expect(ns).toBeIsolatedFromHost(path)

    Expected /proc to be isolated from the host
    Broken:   a mount of the host is a slave of its peer group …
    Inside:   proc on /proc type proc (rw,relatime), shared:…
    Host:     proc on /proc type proc (rw,relatime), slave:…
    Seen in:  mnt:[…], … mounts; the host is mnt:[…]"
  `);
  expect(tied).not.toBeIsolatedFromHost();
});

test('fails when the superblock was changed for the host', async () => {
  const directory = sharedDirectory();
  const host = await startHost();
  mountOn(host, directory, '-o', 'size=64k');
  const worker = await OtherWorker.start(host);
  expect(await worker.judge(directory)).toMatchObject({ pass: true });
  worker.run('mount', '-o', 'remount,size=128k', directory);
  const { pass, message } = await worker.judge(directory);
  expect(pass).toBe(false);
  expect(stable(message).replaceAll(directory, '<directory>')).toMatchInlineSnapshot(`
    "expect(ns).toBeIsolatedFromHost(path)

    Expected <directory> to be isolated from the host
    Broken:   the options of its superblock changed on the host from rw,size=64k to rw,size=128k
    Inside:   of-the-host on <directory> type tmpfs (rw,relatime,size=128k), private
    Host:     of-the-host on <directory> type tmpfs (rw,relatime,size=128k), shared:…
    Seen in:  mnt:[…], … mounts; the host is mnt:[…]"
  `);
  expect(await worker.judge()).toMatchObject({ pass: false });
  expect(await worker.judge('/proc')).toMatchObject({ pass: true });
});

test('passes when a remount has changed the mount inside alone', async () => {
  const directory = sharedDirectory();
  const host = await startHost();
  mountOn(host, directory, '-o', 'size=64k');
  const worker = await OtherWorker.start(host);
  worker.run('mount', '-o', 'remount,bind,ro', directory);
  expect(await worker.judge(directory)).toMatchObject({ pass: true });
});

test('says with .not that it is isolated', async ({ ns }) => {
  ns.tmpfs('/mnt/test_mount');
  expect(
    await failureOf(() => expect(ns).not.toBeIsolatedFromHost('/mnt/test_mount')),
  ).toMatchInlineSnapshot(`
    "expect(ns).not.toBeIsolatedFromHost(path)

    Expected /mnt/test_mount not to be isolated from the host
    Inside:   tmpfs on /mnt/test_mount type tmpfs (rw,nosuid,nodev,relatime), private
    Seen in:  mnt:[…], … mounts; the host is mnt:[…]"
  `);
  expect(await failureOf(() => expect(ns).not.toBeIsolatedFromHost())).toMatchInlineSnapshot(`
    "expect(ns).not.toBeIsolatedFromHost()

    Expected every mount not to be isolated from the host
    Seen in:  mnt:[…], … mounts; the host is mnt:[…]"
  `);
});

test('stands for a value', ({ ns }) => {
  ns.tmpfs('/mnt/test_mount');
  expect({ ns }).toEqual({ ns: expect.toBeIsolatedFromHost('/mnt/test_mount') });
  expect({ ns }).toEqual({ ns: expect.not.toBeIsolatedFromHost('/mnt/other') });
});

test('refuses what is no namespace, in both directions', ({ host, ns }) => {
  for (const value of [
    undefined,
    null,
    'ns',
    42,
    {},
    host,
    ns.mounts(),
    { ...namespaceLike(ns, {}), host: null },
  ]) {
    expect(() => expect(value).toBeIsolatedFromHost()).toThrow(
      /^toBeIsolatedFromHost: expect\(\) must be given the namespace /,
    );
    expect(() => expect(value).not.toBeIsolatedFromHost()).toThrow(
      /^toBeIsolatedFromHost: expect\(\) must be given the namespace /,
    );
  }
  expect(() => expect({ id: 1 }).toBeIsolatedFromHost()).toThrowErrorMatchingInlineSnapshot(
    `[TypeError: toBeIsolatedFromHost: expect() must be given the namespace that withMountNamespace passes to its callback, received { id: 1 }]`,
  );
});

test('refuses what is no absolute path, in both directions', ({ ns }) => {
  for (const value of ['', 'mnt', null, 42, ['/mnt']]) {
    expect(() => expect(ns).toBeIsolatedFromHost(value as never)).toThrow(TypeError);
    expect(() => expect(ns).not.toBeIsolatedFromHost(value as never)).toThrow(TypeError);
  }
  expect(() => expect(ns).not.toBeIsolatedFromHost('mnt')).toThrowErrorMatchingInlineSnapshot(
    `[TypeError: toBeIsolatedFromHost: the path must be an absolute path, received 'mnt']`,
  );
});

test('refuses a scope that has ended, in both directions', async ({ withMountNamespace }) => {
  const ended = await withMountNamespace((ns) => ns);
  expect(() => expect(ended).toBeIsolatedFromHost()).toThrow('this mount namespace has ended');
  expect(() => expect(ended).not.toBeIsolatedFromHost()).toThrow('this mount namespace has ended');
});
