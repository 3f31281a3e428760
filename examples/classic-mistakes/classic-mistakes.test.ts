import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { expect, test } from 'mountns/vitest';

test('a mount leaks to the parent when / is shared and nobody made it private', ({ ns, host }) => {
  ns.tmpfs('/mnt/parent');
  fs.mkdirSync('/mnt/parent/leak');
  ns.propagation('/mnt/parent', 'shared');
  const mountInChild = (propagation: string) =>
    execFileSync('unshare', [
      '--mount',
      `--propagation=${propagation}`,
      ...['mount', '-t', 'tmpfs', 'tmpfs', '/mnt/parent/leak'],
    ]);

  mountInChild('private');
  expect('/mnt/parent/leak').not.toBeMountPoint();
  // `unchanged` would be enough, but unshare(1) of BusyBox fails at it.
  mountInChild('shared');
  expect('/mnt/parent/leak').toBeMountPoint();
  expect(host).not.toHaveMount('/mnt/parent/leak');
});

test('no such file or directory: the error says which path, and from where on', ({ ns }) => {
  expect(() => ns.bind('/srv/missing/data', '/mnt/data')).toThrow(
    'source /srv/missing/data does not exist (/srv/missing does not either)',
  );
});

test('mounts of a process that was killed are gone with it', async ({ ns, host }) => {
  ns.tmpfs('/mnt/orphan');
  const child = spawn('sh', ['-c', 'mount -t tmpfs tmpfs /mnt/orphan && echo mounted && exec sleep 60']);
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(host).not.toHaveMount('/mnt/orphan');
});

test('device or resource busy: the error names who holds the mount', ({ ns }) => {
  ns.tmpfs('/mnt/busy');
  const fd = fs.openSync('/mnt/busy/file', 'w');
  expect(() => ns.umount('/mnt/busy')).toThrow(/it is in use:\n.*this process\): fd \d+ \/mnt\/busy\/file/);
  fs.closeSync(fd);
  ns.umount('/mnt/busy');
});

test('already exists: a mount point is provided, and never left behind', ({ ns, host }) => {
  ns.tmpfs('/mnt/leftover/directory');
  ns.umount('/mnt/leftover/directory');
  ns.tmpfs('/mnt/leftover/directory');
  expect(ns).toBeIsolatedFromHost('/mnt/leftover/directory');
  expect(host).not.toHaveMount('/mnt/leftover');
});
