import { readMounts } from 'mountns';
import { expect, test } from 'mountns/vitest';

test('look a mount up', ({ ns, host }) => {
  ns.tmpfs('/mnt/table', { size: '1m', mode: 0o700 });
  const mount = ns.mounts().at('/mnt/table');
  expect(mount).toMatchObject({ fsType: 'tmpfs', propagation: 'private' });
  expect(mount?.superOptions).toContain('mode=700');
  expect(ns.mounts().containing('/mnt/table/a/b')).toEqual(mount);
  expect(ns.mounts().find({ fsType: 'tmpfs', options: ['nodev'] })).toBeDefined();
  expect(host.mounts().at('/mnt/table')).toBeUndefined();
});

test('compare two tables', ({ ns }) => {
  const before = ns.mounts();
  ns.tmpfs('/mnt/table');
  const { added, removed } = before.diff(ns.mounts());
  expect(added.map((mount) => mount.mountPoint)).toContain('/mnt/table');
  expect(removed).toEqual([]);
  expect(readMounts('host').at('/mnt/table')).toBeUndefined();
});

test('snapshots have no ids in them', ({ ns, host }) => {
  ns.tmpfs('/mnt/table');
  ns.tmpfs('/mnt/table/inner', { size: '64k' });
  expect(ns.mounts().under('/mnt/table')).toMatchInlineSnapshot(`
    Mounts [
      /mnt/table/inner: tmpfs tmpfs (rw,nosuid,nodev,relatime,size=64k), private
    ]
  `);
  expect(host.mounts().under('/mnt/table')).toEqual([]);
});
