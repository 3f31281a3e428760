import fs from 'node:fs';
import type { MountNamespace } from 'mountns';
import { describe, expect } from 'mountns/vitest';
import { onTestFinished, test } from 'vitest';
import { obstacle } from '../fuse-obstacle.js';
import { operationTest } from './operation-test.js';

if (obstacle === undefined) {
  describe.each([
    { which: 'that another user has mounted', uid: 1234 },
    { which: 'whose program does not answer', uid: 0 },
  ])('FUSE $which', ({ uid }) => {
    operationTest('is no obstacle to what covers a directory above it', ['fuse/'], (ns, dir) => {
      serveNothing(ns, `${dir}/fuse`, uid);
      ns.tmpfs(`${dir}/missing/too`);
      expect(fs.readdirSync(dir).sort()).toEqual(['fuse', 'missing']);
      expect(`${dir}/fuse`).toBeMountPoint({ type: 'fuse' });
      expect(`${dir}/fuse`).toHaveMountOptions(['nosuid']);
      expect(`${dir}/fuse`).not.toBeReadOnly();
      expect(ns).toBeIsolatedFromHost(`${dir}/fuse`);
    });

    operationTest(
      'is bound, moved, made read-only, masked and unmounted',
      ['fuse/', 'bound/', 'moved/'],
      (ns, dir) => {
        serveNothing(ns, `${dir}/fuse`, uid);
        ns.bind(`${dir}/fuse`, `${dir}/bound`, { readonly: true });
        ns.move(`${dir}/bound`, `${dir}/moved`);
        expect(`${dir}/moved`).toBeReadOnly();
        ns.readonly(`${dir}/fuse`);
        expect(`${dir}/fuse`).toBeReadOnly();
        ns.mask(`${dir}/moved`);
        ns.umount(`${dir}/moved`);
        ns.umount(`${dir}/moved`);
        expect(`${dir}/moved`).not.toBeMountPoint();
        ns.umount(`${dir}/fuse`);
        expect(ns.mounts().find({ fsType: 'fuse' })).toBeUndefined();
      },
    );
  });

  operationTest('is not asked whether it is still there', ['fuse/'], async (ns, dir) => {
    serveNothing(ns, `${dir}/fuse`, 0, { default_permissions: true });
    await expect(() => {}).toLeaveMountsUnchanged();
  });
} else {
  test('FUSE can not be mounted without /dev/fuse', () => {
    expect(() => fs.openSync('/dev/fuse', 'r+')).toThrow();
  });
}

/** Mounts FUSE that nobody serves: a request waits until the test ends, and who is not `uid` may make none. */
function serveNothing(ns: MountNamespace, target: string, uid: number, options = {}): void {
  const fd = fs.openSync('/dev/fuse', 'r+');
  onTestFinished(() => fs.closeSync(fd));
  const data = { fd: String(fd), rootmode: '40000', user_id: String(uid), group_id: '0', ...options };
  ns.mount({ source: 'none', target, type: 'fuse', flags: ['nosuid', 'nodev'], data });
}
