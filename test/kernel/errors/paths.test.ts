import fs from 'node:fs';
import { describe, expect } from 'mountns/vitest';
import { mountCommand } from '../../../src/cli/mount.js';
import { operationTest } from '../operations/operation-test.js';
import { errorOf } from './error-of.js';

describe('ENOENT names what is missing', () => {
  operationTest('the source of a bind', [], (ns, dir) => {
    const error = errorOf(() => ns.bind(`${dir}/none/deep`, `${dir}/b`));
    expect(error).toMatchObject({ code: 'ENOENT', path: `${dir}/none/deep`, dest: `${dir}/b` });
    expect(error.message).toBe(
      `bind ${dir}/none/deep on ${dir}/b failed: open_tree(2) ENOENT, no such file or directory\n` +
        `  why:  source ${dir}/none/deep does not exist (${dir}/none does not either)\n` +
        `  call: open_tree(-100, "${dir}/none/deep", OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC|AT_NO_AUTOMOUNT) = -1`,
    );
  });

  operationTest('the target of an operation that provides none', [], (ns, dir) => {
    for (const operation of [
      () => ns.umount(`${dir}/none`),
      () => ns.readonly(`${dir}/none`),
      () => ns.remount(`${dir}/none`, { flags: ['ro'] }),
      () => ns.mask(`${dir}/none`),
      () => ns.propagation(`${dir}/none`, 'shared'),
      () => ns.overlay(`${dir}/none`),
    ]) {
      expect(errorOf(operation)).toMatchObject({
        code: 'ENOENT',
        why: `target ${dir}/none does not exist`,
      });
    }
    expect(errorOf(() => ns.move(`${dir}/none`, `${dir}/b`)).why).toBe(`from ${dir}/none does not exist`);
    expect(errorOf(() => ns.pivotRoot(`${dir}/none`)).why).toBe(`newRoot ${dir}/none does not exist`);
  });

  operationTest('one of the layers of an overlay', ['a/', 'b/'], (ns, dir) => {
    const lower = [`${dir}/a`, `${dir}/none`];
    expect(errorOf(() => ns.overlay(`${dir}/b`, { lower })).why).toBe(`lower[1] ${dir}/none does not exist`);
    const layers = { upper: `${dir}/a`, work: `${dir}/none` };
    expect(errorOf(() => ns.overlay(`${dir}/b`, layers)).why).toBe(`work ${dir}/none does not exist`);
  });

  operationTest('the device of a file system', ['a/'], (ns, dir) => {
    const request = { target: `${dir}/a`, type: 'ext4', source: `${dir}/device` };
    expect(errorOf(() => ns.mount(request))).toMatchObject({
      code: 'ENOENT',
      syscall: 'fsconfig',
      why: `source ${dir}/device does not exist`,
    });
    // The target is looked for later.
    const target = `${dir}/none`;
    expect(errorOf(() => ns.mount({ target, type: 'squashfs', source: 'disk.img' })).why).toBe(
      'source disk.img does not exist',
    );
    // Its words are others in other versions.
    expect(errorOf(() => ns.mount({ target, type: 'ext4' })).why).toMatch(
      /^ext4 is mounted from a block device, and none was given; the kernel says: ext4: Can't (lookup|open) blockdev$/,
    );
  });

  operationTest('a source that was deleted', ['f'], (ns, dir) => {
    ns.tmpfs(`${dir}/t`);
    const fd = fs.openSync(`${dir}/t/gone`, 'w');
    fs.unlinkSync(`${dir}/t/gone`);
    const error = errorOf(() => ns.bind(`/proc/self/fd/${fd}`, `${dir}/f`));
    fs.closeSync(fd);
    expect(error).toMatchObject({
      code: 'ENOENT',
      why: `source /proc/self/fd/${fd} is ${dir}/t/gone (deleted)`,
    });
  });
});

describe('ENOTDIR names', () => {
  operationTest('the file on the way', ['f'], (ns, dir) => {
    expect(errorOf(() => ns.tmpfs(`${dir}/f/x/y`))).toMatchObject({
      code: 'ENOTDIR',
      why: `${dir}/f is a file, so target ${dir}/f/x/y can't be`,
    });
    expect(errorOf(() => ns.bind(`${dir}/f/x`, `${dir}/b`)).why).toBe(
      `${dir}/f is a file, so source ${dir}/f/x can't be`,
    );
  });

  // move_mount(2) says EINVAL, where mount(2) says ENOTDIR.
  operationTest('the file where a directory has to be, and the reverse', ['f', 'd/'], (ns, dir) => {
    expect(errorOf(() => ns.tmpfs(`${dir}/f`))).toMatchObject({
      code: 'EINVAL',
      why: `target ${dir}/f is a file, and a directory is needed`,
    });
    expect(errorOf(() => ns.bind(`${dir}/d`, `${dir}/f`))).toMatchObject({
      code: 'EINVAL',
      why: `source ${dir}/d is a directory, and ${dir}/f is a file`,
    });
    expect(errorOf(() => ns.bind('/dev/null', `${dir}/d`))).toMatchObject({
      code: 'EINVAL',
      why: `source /dev/null is a character device, and ${dir}/d is a directory`,
    });
    expect(errorOf(() => ns.overlay(`${dir}/d`, { lower: `${dir}/f` }))).toMatchObject({
      code: 'ENOTDIR',
      why: `lower ${dir}/f is a file, and a directory is needed`,
    });
    expect(errorOf(() => ns.pivotRoot(`${dir}/f`))).toMatchObject({
      code: 'ENOTDIR',
      why: `newRoot ${dir}/f is a file, and a directory is needed`,
    });
    // That does not come into it when no file system can be made.
    expect(errorOf(() => ns.mount({ target: `${dir}/f`, type: 'tmpfs', data: 'sise=1' })).why).toBe(
      "the kernel says: tmpfs: Unknown parameter 'sise'",
    );
  });

  operationTest('what was to be moved where it does not fit', ['f', 'd/'], (ns, dir) => {
    ns.tmpfs(`${dir}/d`);
    expect(errorOf(() => ns.move(`${dir}/d`, `${dir}/f`)).why).toBe(
      `from ${dir}/d is a directory, and ${dir}/f is a file`,
    );
  });
});

describe('ELOOP', () => {
  operationTest('tells where a link leads', [], (ns, dir) => {
    ns.tmpfs(`${dir}/t`);
    fs.mkdirSync(`${dir}/t/real`);
    fs.symlinkSync('real', `${dir}/t/link`);
    fs.symlinkSync('nowhere', `${dir}/t/dangling`);
    expect(errorOf(() => ns.readonly(`${dir}/t/link`)).message).toBe(
      `cannot use ${dir}/t/link: ${dir}/t/link is a symbolic link\n` +
        '  why:  mountns follows no symbolic links to mount points, a link could lead elsewhere\n' +
        `  fix:  give the path that it stands for: ${dir}/t/real`,
    );
    for (const missing of ['x', 'x/y']) {
      expect(errorOf(() => ns.tmpfs(`${dir}/t/link/${missing}`)).fix).toBe(
        `give the path that it stands for: ${dir}/t/real/${missing}`,
      );
    }
    fs.symlinkSync('/', `${dir}/t/root`);
    expect(errorOf(() => ns.readonly(`${dir}/t/root`)).fix).toBe('give the path that it stands for: /');
    expect(errorOf(() => ns.tmpfs(`${dir}/t/dangling`)).code).toBe('ELOOP');
    for (const path of ['dangling', 'dangling/x']) {
      expect(errorOf(() => ns.tmpfs(`${dir}/t/${path}`)).fix).toBeUndefined();
    }
  });

  operationTest('says that a mount can not go into itself', ['d/'], (ns, dir) => {
    ns.tmpfs(`${dir}/d`);
    expect(errorOf(() => ns.move(`${dir}/d`, `${dir}/d/x`))).toMatchObject({
      code: 'ELOOP',
      why: `${dir}/d/x lies in the mount that was to be moved, ${dir}/d`,
    });
    expect(fs.readdirSync(`${dir}/d`)).toEqual([]);
    expect(errorOf(() => ns.move('/', `${dir}/d`)).why).toBe('/ is the root, and everything lies in it');
  });
});

describe('EEXIST', () => {
  operationTest('says what is in the way', [], (ns) => {
    ns.overlay('/mnt');
    fs.writeFileSync('/mnt/test_mount', '');
    expect(errorOf(() => mountCommand([], () => {}))).toMatchObject({
      code: 'EEXIST',
      message: expect.stringContaining('make /mnt/test_mount failed: mkdir(2) EEXIST, file already exists'),
      why: '/mnt/test_mount is there already, a file',
      fix: 'look at what it is, and move it away',
    });
  });
});
