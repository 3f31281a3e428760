import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'mountns/vitest';

test('nothing of it is seen on the host', ({ ns }) => {
  ns.tmpfs('/mnt/disk');
  expect(ns).toBeIsolatedFromHost('/mnt/disk');
  expect(ns).toBeIsolatedFromHost();
});

test('a small disk is mounted', ({ ns }) => {
  ns.tmpfs('/mnt/disk', { size: '1m' });
  expect('/mnt/disk').toBeMountPoint();
  expect('/mnt/disk').toBeMountPoint({ type: 'tmpfs', options: ['nodev', expect.stringMatching(/^size=/)] });
  expect('/mnt/disk').not.toBeMountPoint({ type: 'ext4' });
});

test('the disk can not be written', ({ ns }) => {
  ns.tmpfs('/mnt/disk');
  expect('/mnt/disk').not.toBeReadOnly();
  ns.readonly('/mnt/disk');
  expect('/mnt/disk').toBeReadOnly();
});

test('the host does not have it', ({ ns, host }) => {
  ns.tmpfs('/mnt/disk');
  expect(ns).toHaveMount('/mnt/disk', { type: 'tmpfs' });
  expect(host).not.toHaveMount('/mnt/disk');
});

test('nothing can be executed there', ({ ns }) => {
  ns.tmpfs('/mnt/disk', { flags: ['noexec'] });
  expect('/mnt/disk').toHaveMountOptions(['nosuid', 'nodev', 'noexec']);
  expect('/mnt/disk').not.toHaveMountOptions(['ro', expect.stringMatching(/^size=/)]);
  expect('/mnt/disk').toHaveMountOptions(expect.not.arrayContaining(['ro']));
});

test('mounts below it are for others too', ({ ns }) => {
  ns.tmpfs('/mnt/disk');
  expect('/mnt/disk').toHavePropagation('private');
  ns.propagation('/mnt/disk', 'shared');
  expect('/mnt/disk').toHavePropagation('shared');
  expect('/mnt/disk').not.toHavePropagation(expect.stringContaining('slave'));
});

test('cleans up behind itself', async ({ ns, withMountNamespace }) => {
  await expect(() => withMountNamespace((inner) => inner.tmpfs('/mnt/disk'))).toLeaveMountsUnchanged();
  await expect(() => ns.tmpfs('/mnt/disk')).not.toLeaveMountsUnchanged();
});

test('what a test starts is inside too', async ({ ns, host }) => {
  const child = spawn('sleep', ['60']);
  expect(child.pid).toShareMountNamespaceWith(ns);
  expect(child.pid).not.toShareMountNamespaceWith(host);
  child.kill();
  await once(child, 'exit');
});
