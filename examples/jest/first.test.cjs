const { withMountNamespace } = require('mountns/jest');

test('mounts for real', async () => {
  await withMountNamespace((ns) => {
    ns.tmpfs('/mnt/test_mount', { size: '1m' });
    expect('/mnt/test_mount').toBeMountPoint({ type: 'tmpfs' });
  });
});
