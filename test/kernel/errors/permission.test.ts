import fs from 'node:fs';
import { describe, expect } from 'mountns/vitest';
import { operationTest } from '../operations/operation-test.js';
import { withoutCapability } from './capabilities.js';
import { errorOf } from './error-of.js';
import { runFixture } from './run-fixture.js';

const CAP_SYS_ADMIN = 21;
const CAP_MKNOD = 27;
const NO_DEVICE = {
  why: 'this process may make no device: that takes CAP_MKNOD, and not in a user namespace',
  fix: 'run as root, in a container a privileged one',
};

describe('EPERM', () => {
  operationTest('names the capability that is missing', ['a/'], (ns, dir) => {
    const error = withoutCapability(CAP_SYS_ADMIN, () => errorOf(() => ns.tmpfs(`${dir}/a`)));
    expect(error).toMatchObject({ code: 'EPERM', errno: -1, syscall: 'fsopen', path: `${dir}/a` });
    expect(error.message).toMatch(
      new RegExp(
        `^mount tmpfs on ${dir}/a failed: fsopen\\(2\\) EPERM, operation not permitted\n` +
          '  why:  this process lacks CAP_SYS_ADMIN \\(CapEff [0-9a-f]{16}\\)\n' +
          '  fix:  .*\n' +
          '  call: fsopen\\("tmpfs", FSOPEN_CLOEXEC\\) = -1$',
      ),
    );
  });

  operationTest('names what a device takes', ['file'], (ns, dir) => {
    const error = withoutCapability(CAP_MKNOD, () => errorOf(() => ns.induce('ENODEV', `${dir}/file`)));
    expect(error).toMatchObject({ code: 'EPERM', syscall: 'mknodat', ...NO_DEVICE });
  });

  operationTest('names a seccomp filter, and the call that it refuses', ['a/', 'b/'], async (_, dir) => {
    const errors = await runFixture('seccomp.mjs', [dir]);
    expect(errors).toMatchObject([
      {
        code: 'EPERM',
        syscall: 'move_mount',
        why: 'a seccomp filter is active in this process (Seccomp 2 in /proc/self/status), and it refuses every move_mount(2)',
        fix: expect.any(String),
      },
      {
        code: 'ENOSYS',
        syscall: 'open_tree',
        why: 'a seccomp filter is active in this process (Seccomp 2 in /proc/self/status), and it refuses every open_tree(2)',
        fix: expect.any(String),
      },
      // A filter is active, but has nothing to do with it.
      { code: 'EINVAL', syscall: 'umount2', why: expect.stringContaining('is not a mount point') },
      {
        code: 'ENOSYS',
        syscall: 'openat2',
        why: 'a seccomp filter is active in this process (Seccomp 2 in /proc/self/status), and it refuses every openat2(2)',
        fix: expect.any(String),
      },
    ]);
  });

  operationTest('tells what a user namespace locks', ['a/sub/', 'b/'], async (ns, dir) => {
    ns.tmpfs(`${dir}/a`, { flags: ['ro'] });
    ns.tmpfs(`${dir}/b`);
    ns.tmpfs(`${dir}/b/below`);
    fs.writeFileSync(`${dir}/b/file`, '');
    const uncovers = (what: string) => ({
      code: 'EINVAL',
      syscall: 'open_tree',
      why: `there are mounts below ${what}, which a user namespace must not uncover`,
    });
    const errors = await runFixture('user-namespace.mjs', [dir], USER_NAMESPACE);
    const locked = {
      code: 'EINVAL',
      why: 'this is a user namespace, and the mounts that it began with are locked in their places',
      fix: 'mount over it instead: that is allowed',
    };
    expect(errors).toMatchObject([
      {
        code: 'EPERM',
        syscall: 'mount_setattr',
        why: 'the mount came along from a more privileged user namespace, which locked its flags',
      },
      { ...locked, syscall: 'umount2' },
      { ...locked, syscall: 'move_mount' },
      { ...uncovers('the source'), fix: 'take them along: { recursive: true }' },
      { code: 'EINVAL', why: expect.stringMatching(/^source \/proc\/self\/fd\/1 is (pipe|socket):/) },
      { code: 'EPERM', ...NO_DEVICE },
      uncovers('the directory of the target'),
      uncovers('the target'),
      uncovers('the target'),
      { ...uncovers('the lower'), syscall: 'fsconfig' },
      {
        code: 'EPERM',
        why: 'this is a user namespace, and its pid namespace belongs to another one',
        fix: "bind the one that is there: ns.bind('/proc', target, { recursive: true })",
      },
      { code: 'EPERM', why: 'this is a user namespace, and the kernel lets no ext4 be mounted in those' },
    ]);
  });
});

const USER_NAMESPACE = ['unshare', '--user', '--map-root-user', '--mount', '--propagation', 'private'];
