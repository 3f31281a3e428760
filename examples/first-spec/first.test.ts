import fs from 'node:fs';
import { expect, test } from 'mountns/vitest';

test('mounts for real, and keeps it to itself', ({ ns, host }) => {
  ns.tmpfs('/mnt/test_mount', { size: '1m' });
  fs.writeFileSync('/mnt/test_mount/hello.txt', 'hello');

  expect('/mnt/test_mount').toBeMountPoint({ type: 'tmpfs', options: ['nosuid', 'nodev'] });
  expect(ns).toBeIsolatedFromHost('/mnt/test_mount');
  expect(host.mounts().at('/mnt/test_mount')).toBeUndefined();
});
