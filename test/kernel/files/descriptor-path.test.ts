import fs from 'node:fs';
import { expect, test } from 'mountns/vitest';
import { openDirectory } from '../../../native/directories.cjs';
import { locationOf, mountIdOf } from '../../../native/statx.cjs';
import { withPathOf } from '../../../src/files/descriptor-path.js';

test('leads to the mount of a descriptor also where the same directory is in its place in /proc', ({
  ns,
}) => {
  ns.tmpfs('/mnt/d');
  const fd = openDirectory('/mnt/d');
  const cwd = locationOf('.');
  try {
    ns.tmpfs('/proc');
    fs.mkdirSync(`/proc/self/fd/${fd}`, { recursive: true });
    ns.bind('/mnt/d', `/proc/self/fd/${fd}`);
    expect(withPathOf(fd, (path) => mountIdOf(path))).toBe(mountIdOf('', fd));
    expect(locationOf('.')).toEqual(cwd);
    expect(() => withPathOf(fd, () => expect.unreachable())).toThrow();
    expect(locationOf('.')).toEqual(cwd);
  } finally {
    fs.closeSync(fd);
  }
});
