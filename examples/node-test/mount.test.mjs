import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { readMounts, withMountNamespace } from 'mountns';

test('mounts for real, and keeps it to itself', async () => {
  const before = readMounts('host');
  await withMountNamespace((ns) => {
    ns.tmpfs('/mnt/test_mount', { size: '1m' });
    fs.writeFileSync('/mnt/test_mount/hello.txt', 'hello');

    assert.equal(ns.mounts().at('/mnt/test_mount')?.fsType, 'tmpfs');
    assert.deepEqual(readMounts('host').diff(before), { added: [], removed: [], changed: [] });
  });
  assert.equal(readMounts('self').at('/mnt/test_mount'), undefined);
});

test('a read-only disk refuses to be written to', async () => {
  await withMountNamespace(async (ns) => {
    ns.tmpfs('/mnt/disk');
    ns.readonly('/mnt/disk');
    await assert.rejects(fs.promises.writeFile('/mnt/disk/file', ''), { code: 'EROFS' });
  });
});
