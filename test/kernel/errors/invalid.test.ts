import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { describe, expect } from 'mountns/vitest';
import { chroot } from '../../../native/directories.cjs';
import { stable } from '../../failure-of.js';
import { operationTest } from '../operations/operation-test.js';
import { errorOf } from './error-of.js';

describe('EINVAL', () => {
  operationTest('of what is no mount point says what it lies on', ['d/'], (ns, dir) => {
    ns.tmpfs(`${dir}/d`);
    fs.mkdirSync(`${dir}/d/x`);
    const why = `${dir}/d/x is not a mount point, it lies on tmpfs on ${dir}/d type tmpfs (rw,nosuid,nodev,relatime), private`;
    const fix = `make it one: ns.bind('${dir}/d/x', '${dir}/d/x')`;
    const reasonOf = (operation: () => void) => {
      const error = errorOf(operation);
      return { code: error.code, why: stable(`${error.why}`), fix: error.fix };
    };
    const plain = { code: 'EINVAL', why };
    expect(reasonOf(() => ns.umount(`${dir}/d/x`))).toEqual({ ...plain, fix: undefined });
    expect(reasonOf(() => ns.move(`${dir}/d/x`, `${dir}/d/y`))).toMatchObject(plain);
    expect(reasonOf(() => ns.propagation(`${dir}/d/x`, 'shared'))).toEqual({ ...plain, fix });
    expect(reasonOf(() => ns.remount(`${dir}/d/x`, { flags: ['ro'] }))).toEqual({ ...plain, fix });
    expect(fs.readdirSync(`${dir}/d`)).toEqual(['x']);
  });

  operationTest('of a bind names the unbindable mount', ['d/'], (ns, dir) => {
    ns.tmpfs(`${dir}/d`);
    fs.symlinkSync('/', `${dir}/d/link`);
    ns.propagation(`${dir}/d`, 'unbindable');
    const { code, why, fix } = errorOf(() => ns.bind(`${dir}/d`, `${dir}/e`));
    expect({ code, why: stable(`${why}`), fix }).toEqual({
      code: 'EINVAL',
      why: `the source lies on an unbindable mount: tmpfs on ${dir}/d type tmpfs (rw,nosuid,nodev,relatime), unbindable`,
      fix: `make it private: ns.propagation('${dir}/d', 'private')`,
    });
    ns.propagation('/', 'unbindable');
    expect(errorOf(() => ns.bind(`${dir}/d/link`, `${dir}/e`)).why).toContain(' on / type ');
  });

  operationTest('of a bind says what its source is, if that is on no mount', ['f'], (ns, dir) => {
    const links = fs.readdirSync('/proc/self/fd').map((fd) => `/proc/self/fd/${fd}`);
    const source = links.find((link) => /^(pipe|socket):/.test(probeLink(link))) ?? '';
    expect(errorOf(() => ns.bind(source, `${dir}/f`))).toMatchObject({
      code: 'EINVAL',
      why: `source ${source} is ${fs.readlinkSync(source)}, which lies on no mount that is seen here`,
    });
  });

  operationTest('of a move names the shared mount that it is mounted on', ['d/'], (ns, dir) => {
    ns.tmpfs(`${dir}/d`);
    ns.propagation(`${dir}/d`, 'shared');
    ns.tmpfs(`${dir}/d/x`);
    const error = errorOf(() => ns.move(`${dir}/d/x`, `${dir}/d/y`));
    expect(error).toMatchObject({
      code: 'EINVAL',
      fix: `make it private: ns.propagation('${dir}/d', 'private')`,
    });
    expect(error.why).toMatch(
      new RegExp(`^the mount that ${dir}/d/x is mounted on is shared: tmpfs on ${dir}/d .* shared:\\d+$`),
    );
    expect(fs.readdirSync(`${dir}/d`)).toEqual(['x']);
  });

  operationTest('of a move names the unbindable mount that can not be shared', ['a/', 'b/'], (ns, dir) => {
    ns.tmpfs(`${dir}/a`);
    ns.tmpfs(`${dir}/a/x`);
    ns.propagation(`${dir}/a/x`, 'unbindable');
    ns.tmpfs(`${dir}/b`);
    ns.propagation(`${dir}/b`, 'shared');
    const error = errorOf(() => ns.move(`${dir}/a`, `${dir}/b/y`));
    expect(error).toMatchObject({
      code: 'EINVAL',
      fix: `make it private: ns.propagation('${dir}/a/x', 'private')`,
    });
    expect(error.why).toContain("an unbindable mount can't go to a shared one:");
  });

  operationTest('of pivotRoot names the shared mount', ['a/', 'b/'], (ns, dir) => {
    ns.tmpfs(`${dir}/a`);
    ns.propagation(`${dir}/a`, 'shared');
    const onto = errorOf(() => ns.pivotRoot(`${dir}/a`));
    expect(onto.why).toMatch(new RegExp(`^the old root can't go to a shared mount: tmpfs on ${dir}/a `));
    expect(onto.fix).toBe(`make it private: ns.propagation('${dir}/a', 'private')`);
    ns.propagation(`${dir}/a`, 'private');
    ns.propagation('/', 'shared');
    for (const name of ['a', 'b']) {
      const parent = errorOf(() => ns.pivotRoot(`${dir}/${name}`));
      expect(parent.why).toContain(`the mount that ${dir}/${name} is mounted on is shared: `);
      expect(parent.fix).toBe("make it private: ns.propagation('/', 'private')");
    }
    ns.propagation('/', 'private');
    ns.pivotRoot(`${dir}/a`);
  });

  operationTest('of pivotRoot says that the root is no mount point', [], (ns, dir) => {
    ns.tmpfs(`${dir}/d`);
    fs.mkdirSync(`${dir}/d/root/new`, { recursive: true });
    chroot(`${dir}/d/root`);
    process.chdir('/');
    expect(errorOf(() => ns.pivotRoot('/new')).why).toBe(
      'the root of this process is no mount point (chroot(2))',
    );
  });

  operationTest('of an overlay says what is wrong with its directories', ['a/', 'b/'], (ns, dir) => {
    ns.tmpfs(`${dir}/t`);
    for (const name of ['lower', 'upper/in', 'work']) fs.mkdirSync(`${dir}/t/${name}`, { recursive: true });
    const at = (name: string) => `${dir}/t/${name}`;
    const fail = (upper: string, work: string) =>
      errorOf(() => ns.overlay(`${dir}/a`, { lower: at('lower'), upper, work }));
    expect(fail(at('upper'), `${dir}/b`)).toMatchObject({
      code: 'EINVAL',
      why: `upper ${at('upper')} and work ${dir}/b lie on different mounts`,
    });
    expect(fail(at('upper'), at('upper/in')).why).toBe(
      `one of upper ${at('upper')} and work ${at('upper/in')} lies in the other`,
    );
    ns.overlay(`${dir}/b`);
    for (const name of ['upper', 'work']) fs.mkdirSync(`${dir}/b/${name}`);
    const error = fail(`${dir}/b/upper`, `${dir}/b/work`);
    expect(error.why).toMatch(
      new RegExp(
        `^upper ${dir}/b/upper lies on overlay on ${dir}/b .*, and overlay writes to nothing of overlay$`,
      ),
    );
    expect(error.fix).toContain('put upper and work on another file system');
  });

  operationTest("of a file system's options is in the kernel's own words", ['a/'], (ns, dir) => {
    expect(errorOf(() => ns.mount({ target: `${dir}/a`, type: 'tmpfs', data: 'sise=1m' })).message).toBe(
      `mount tmpfs on ${dir}/a failed: fsconfig(2) EINVAL, invalid argument\n` +
        "  why:  the kernel says: tmpfs: Unknown parameter 'sise'\n" +
        '  call: fsconfig(' +
        `${errorOf(() => ns.mount({ target: `${dir}/a`, type: 'tmpfs', data: 'sise=1m' })).call?.slice('fsconfig('.length)}`,
    );
    expect(errorOf(() => ns.mount({ target: `${dir}/a`, type: 'tmpfs', data: { mode: 'x' } })).why).toMatch(
      /^the kernel says: tmpfs: Bad value for 'mode'$/,
    );
  });
});

describe('ENODEV', () => {
  operationTest('says that the kernel has no such file system', ['a/'], (ns, dir) => {
    expect(errorOf(() => ns.mount({ target: `${dir}/a`, type: 'nosuchfs' }))).toMatchObject({
      code: 'ENODEV',
      syscall: 'fsopen',
      why: 'the kernel has no file system nosuchfs: /proc/filesystems does not list it',
      fix: 'if it is a module, load it as root on the machine itself: modprobe nosuchfs',
    });
    expect(errorOf(() => ns.mount({ target: `${dir}/a`, type: 'nosuchfs.sub' }))).toMatchObject({
      code: 'ENODEV',
      why: 'the kernel has no file system nosuchfs: /proc/filesystems does not list it',
    });
  });
});

describe('ENOTBLK', () => {
  operationTest('says what the source is', ['a/', 'f'], (ns, dir) => {
    expect(errorOf(() => ns.mount({ target: `${dir}/a`, type: 'ext4', source: `${dir}/f` }))).toMatchObject({
      code: 'ENOTBLK',
      why: `source ${dir}/f is a file, and ext4 is mounted from a block device`,
      fix: 'make it one: losetup --find --show FILE (losetup(8))',
    });
    expect(errorOf(() => ns.mount({ target: `${dir}/a`, type: 'ext4', source: `${dir}/a` })).why).toContain(
      'is a directory',
    );
  });
});

describe('ENOSPC', () => {
  operationTest('names the limit of mounts', ['t/'], (ns, dir) => {
    ns.tmpfs(`${dir}/t`, { mode: 0o755 });
    const max = Number(fs.readFileSync('/proc/sys/fs/mount-max', 'utf8'));
    const error = errorOf(() => {
      // Each time, as many as there are already.
      for (let power = 0; 2 ** power <= max; power++) {
        fs.mkdirSync(`${dir}/t/${power}`);
        ns.bind(`${dir}/t`, `${dir}/t/${power}`, { recursive: true });
      }
    });
    const count = ns.mounts().length;
    expect(count).toBeGreaterThan(max / 2);
    expect(error).toMatchObject({
      code: 'ENOSPC',
      syscall: 'move_mount',
      why: `a mount namespace may hold ${max} mounts (fs.mount-max): ${count} are seen here, and every open scope holds a copy of the tree it began with`,
      fix: 'unmount what is not needed, or raise the limit as root: sysctl fs.mount-max=…',
    });
    ns.umount(`${dir}/t`, { lazy: true });
    execFileSync('true');
  });
});

describe('a failure that nothing is known about', () => {
  operationTest('is told without a reason', ['a/'], (ns, dir) => {
    const error = errorOf(() =>
      ns.mount({ target: `${dir}/a`, type: 'tmpfs', data: { size: '1m', mpol: 'x' } }),
    );
    expect(error.fix).toBeUndefined();
  });
});

function probeLink(link: string): string {
  try {
    return fs.readlinkSync(link);
  } catch {
    // The descriptor of the directory itself.
    return '';
  }
}
