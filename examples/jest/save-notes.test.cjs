const fs = require('node:fs');
const { readMounts, withMountNamespace } = require('mountns/jest');
const { saveNotes } = require('./save-notes.cjs');

test('mounts for real, and keeps it to itself', async () => {
  await withMountNamespace((ns) => {
    ns.tmpfs('/mnt/test_mount', { size: '1m' });
    fs.writeFileSync('/mnt/test_mount/hello.txt', 'hello');

    expect('/mnt/test_mount').toBeMountPoint({ type: 'tmpfs', options: ['nosuid', 'nodev'] });
    expect(ns).toBeIsolatedFromHost('/mnt/test_mount');
    expect(readMounts('host').at('/mnt/test_mount')).toBeUndefined();
  });
});

test('a disk that runs full keeps the notes that were there', async () => {
  await withMountNamespace((ns) => {
    ns.tmpfs('/mnt/notes', { size: '64k' });
    saveNotes('/mnt/notes', 'short');

    expect(() => saveNotes('/mnt/notes', 'long'.repeat(100_000))).toThrow('ENOSPC');
    expect(fs.readFileSync('/mnt/notes/notes.txt', 'utf8')).toBe('short');
    expect(fs.readdirSync('/mnt/notes')).toEqual(['notes.txt']);
  });
});
