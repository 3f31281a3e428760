import fs from 'node:fs';
import { type MountNamespace, withMountNamespace } from 'mountns';
import { describe, expect } from 'mountns/vitest';
import { hookSystemCalls } from '../../../native/libc.cjs';
import { mount } from '../../../native/mount.cjs';
import { errorOf } from '../errors/error-of.js';
import { listEverywhere, operationTest } from './operation-test.js';

operationTest('umount takes the top-most mount away', ['d/', 'd/f'], async (ns, dir) => {
  ns.tmpfs(`${dir}/d`);
  fs.writeFileSync(`${dir}/d/lower`, '');
  ns.tmpfs(`${dir}/d`);
  ns.umount(`${dir}/d`);
  expect(await listEverywhere(`${dir}/d`)).toEqual(['lower']);
  ns.umount(`${dir}/d`);
  expect(await listEverywhere(`${dir}/d`)).toEqual(['f']);
});

operationTest('umount, lazy, takes away what is in use', ['d/'], async (ns, dir) => {
  ns.tmpfs(`${dir}/d`);
  const fd = fs.openSync(`${dir}/d/f`, 'w');
  expect(() => ns.umount(`${dir}/d`)).toThrow(expect.objectContaining({ code: 'EBUSY' }));
  expect(() => ns.umount(`${dir}/d`, { force: true })).toThrow(expect.objectContaining({ code: 'EBUSY' }));
  ns.umount(`${dir}/d`, { lazy: true });
  fs.writeSync(fd, 'still there');
  fs.closeSync(fd);
  expect(await listEverywhere(`${dir}/d`)).toEqual([]);
});

operationTest(
  'umount, lazy, of what the working directory is on is told by process.cwd()',
  ['d/'],
  (ns, dir) => {
    ns.tmpfs(`${dir}/d`);
    process.chdir(`${dir}/d`);
    expect(process.cwd()).toBe(`${dir}/d`);
    ns.umount(`${dir}/d`, { lazy: true });
    expect(() => process.cwd()).toThrow('ENOENT');
    process.chdir(dir);
  },
);

operationTest('umount of a mount that the host has too leaves that of the host', ['d/'], (ns) => {
  const proc = ns.host.mounts().at('/proc');
  ns.umount('/proc', { lazy: true });
  expect(ns.mounts().at('/proc')).toBeUndefined();
  expect(ns.host.mounts().at('/proc')).toEqual(proc);
});

operationTest('works where /proc is covered, and so does undoing', [], (ns, dir) => {
  ns.tmpfs(`${dir}/d`);
  ns.tmpfs(`${dir}/t`);
  const before = fs.readdirSync('.');
  ns.tmpfs('/proc');
  ns.umount(`${dir}/d`);
  hookSystemCalls((syscall) => (syscall === 'move_mount' ? 5 : undefined));
  try {
    expect(() => ns.tmpfs(`${dir}/t/made/x`)).toThrow('EIO');
  } finally {
    hookSystemCalls(undefined);
  }
  expect(fs.readdirSync(`${dir}/t`)).toEqual([]);
  expect(fs.readdirSync('.')).toEqual(before);
  ns.umount('/proc');
  expect(`${dir}/d`).not.toBeMountPoint();
});

// The kernel answers to umount2(2) of the root of a process by making the file system read-only, for everybody who
// has it mounted. So this is tried on one that nobody else has.
describe('the root of the process', () => {
  function enterOwnRoot(ns: MountNamespace, dir: string): void {
    ns.tmpfs(`${dir}/root`, { mode: 0o755 });
    ns.bind('/proc', `${dir}/root/proc`, { recursive: true });
    fs.symlinkSync('/', `${dir}/root/link`);
    ns.pivotRoot(`${dir}/root`);
  }

  /** Calls that would make the root read-only, if this is one that it may happen to. */
  function failOnRoot(ns: MountNamespace, path: string, options = {}) {
    expect(ns.mounts().at('/')?.fsType).toBe('tmpfs');
    const error = errorOf(() => ns.umount(path, options));
    expect(ns.mounts().at('/')?.superOptions).toContain('rw');
    fs.writeFileSync('/canary', path);
    return error;
  }

  operationTest('is not unmounted by any name, and stays writable', ['root/'], (ns, dir) => {
    enterOwnRoot(ns, dir);
    const before = String(ns.mounts());
    for (const path of ['/', '/.', '//']) {
      for (const options of [{}, { force: true }, { lazy: false }]) {
        const error = failOnRoot(ns, path, options);
        expect(error).toMatchObject({ code: 'EBUSY', path: '/' });
        expect(error.message).toBe(
          'cannot umount /: it is the root of this process\n' +
            '  why:  the kernel does not unmount that: it would make the file system itself read-only, the host’s too\n' +
            "  fix:  make this mount alone read-only: ns.readonly('/'); or take it out of the tree, after which nothing can be mounted: ns.umount('/', { lazy: true })",
        );
      }
    }
    for (const path of ['/link', '/proc/self/root', '/proc/1/root'])
      expect(failOnRoot(ns, path).code).toBe('ELOOP');
    expect(() => ns.umount('/..')).toThrow(TypeError);
    expect(String(ns.mounts())).toBe(before);
  });

  operationTest(
    'is not in a scope inside either, and that of the outer one stays',
    ['root/'],
    async (ns, dir) => {
      enterOwnRoot(ns, dir);
      await withMountNamespace((inner) => expect(failOnRoot(inner, '/').code).toBe('EBUSY'));
      await withMountNamespace({ copyOnWrite: true }, (inner) => {
        expect(inner.mounts().at('/')?.source).toBe('mountns');
        expect(errorOf(() => inner.umount('/')).code).toBe('EBUSY');
        fs.writeFileSync('/inside', '');
      });
      expect(fs.existsSync('/inside')).toBe(false);
      fs.writeFileSync('/canary', 'outer');
    },
  );

  operationTest('loses what is stacked on it', ['root/'], (ns, dir) => {
    enterOwnRoot(ns, dir);
    const before = String(ns.mounts());
    mount({ target: '/', type: 'tmpfs' });
    ns.umount('/');
    expect(String(ns.mounts())).toBe(before);
    expect(failOnRoot(ns, '/').code).toBe('EBUSY');
  });
});
