const fs = require('node:fs');
const { readMounts, withMountNamespace } = require('mountns/jest');

test('fills a disk', async () => {
  await withMountNamespace((ns) => {
    ns.tmpfs('/data', { size: '64k' });
    expect(() => fs.writeFileSync('/data/big', Buffer.alloc(100_000))).toThrow('ENOSPC');
    expect(ns).toBeIsolatedFromHost('/data');
  });
  expect(readMounts('host').at('/data')).toBeUndefined();
});
