import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { type MountNamespace, parseMountInfo, readMounts, withMountNamespace } from 'mountns';
import { expect } from 'mountns/vitest';
import { test } from 'vitest';
import { encodePath } from '../../../native/path-bytes.cjs';
import { temporaryDirectory } from '../../temporary-directory.js';
import { errorOf } from '../errors/error-of.js';
import { anyName } from './names.js';

const anyPathName = anyName.filter((name) => name !== '.' && name !== '..');
const read = (directory: string) => fs.readdirSync(encodePath(directory), 'buffer');

/** Mounts, binds, moves and unmounts at `target`; whoever looks must see what was done. */
function roundTrip(ns: MountNamespace, base: string, target: string): void {
  const before = String(ns.mounts());
  const [first] = target.slice(base.length + 1).split('/');
  const top = `${base}/${first}`;
  ns.mount({ target, type: 'tmpfs', source: 'fuzz', flags: ['noexec'] });
  // Exactly this name was made, and no other.
  expect(read(base)).toEqual([encodePath(path.posix.basename(top))]);
  const mount = ns.mounts().at(target);
  expect(mount).toMatchObject({ mountPoint: target, source: 'fuzz', fsType: 'tmpfs' });
  expect(readMounts('self').under(base)).toEqual([mount]);
  expect(parseMountInfo(fs.readFileSync('/proc/self/mountinfo'))).toContainEqual(mount);
  expect(target).toBeMountPoint({ type: 'tmpfs', source: 'fuzz' });
  expect(target).toHavePropagation('private');
  expect(target).toHaveMountOptions(['noexec']);
  expect(target).not.toBeReadOnly();
  expect(ns).toHaveMount(target, { source: 'fuzz' });
  expect(ns).toBeIsolatedFromHost(target);
  fs.writeFileSync(encodePath(`${target}/file`), '');
  ns.readonly(target);
  expect(target).toBeReadOnly();
  ns.bind(target, `${base}/second`);
  expect(fs.readdirSync(`${base}/second`)).toEqual(['file']);
  ns.umount(`${base}/second`);
  fs.rmdirSync(`${base}/second`);
  ns.move(target, `${base}/second`);
  expect(target).not.toBeMountPoint();
  ns.move(`${base}/second`, target);
  fs.rmdirSync(`${base}/second`);
  expect(target).toBeMountPoint({ source: 'fuzz' });
  ns.umount(target);
  expect(target).not.toBeMountPoint();
  expect(String(ns.mounts())).toBe(before);
  fs.rmSync(encodePath(top), { recursive: true });
}

test('a mount point may have any name', async () => {
  const base = temporaryDirectory();
  await withMountNamespace((ns) => {
    ns.tmpfs(base);
    fc.assert(
      fc.property(fc.array(anyPathName, { minLength: 1, maxLength: 3 }), (names) => {
        roundTrip(ns, base, [base, ...names].join('/'));
      }),
      {
        numRuns: 60,
        examples: [[['-rf']], [['\\040']], [['a\nb']], [['#']], [[' - ']], [['x'.repeat(255)]]],
      },
    );
  });
});

test('a mount point may be as deep as a path can be, and deeper is refused', async () => {
  const base = temporaryDirectory();
  await withMountNamespace((ns) => {
    ns.tmpfs(base);
    // PATH_MAX counts the NUL, and the tests append `/file`.
    const name = 'x'.repeat(250);
    let target = base;
    while (target.length + name.length + '/file'.length + 2 <= 4096) target += `/${name}`;
    target += `/${'y'.repeat(4095 - '/file'.length - target.length - 1)}`;
    roundTrip(ns, base, target);
    const before = String(ns.mounts());
    for (const operation of [
      () => ns.tmpfs(`${target}/${name}`),
      () => ns.bind(base, `${target}/${name}`),
      () => ns.umount(`${target}/${name}`),
      () => ns.overlay(`${target}/${name}`),
      () => ns.readonly(`${target}/${name}`),
    ]) {
      expect(errorOf(operation)).toMatchObject({
        code: 'ENAMETOOLONG',
        why: expect.stringContaining('4095'),
      });
    }
    expect(String(ns.mounts())).toBe(before);
    expect(read(base)).toEqual([]);
  });
});

test('a name that is too long is refused', async () => {
  const base = temporaryDirectory();
  await withMountNamespace((ns) => {
    ns.tmpfs(base);
    expect(errorOf(() => ns.tmpfs(`${base}/${'ä'.repeat(128)}`))).toMatchObject({
      code: 'ENAMETOOLONG',
      why: 'a name in the path has 256 bytes, and can have at most 255',
    });
    expect(read(base)).toEqual([]);
  });
});

test('a mount that was moved to where no path leads is read all the same', async () => {
  const base = temporaryDirectory();
  await withMountNamespace((ns) => {
    ns.tmpfs(base);
    const [outer, inner] = ['o', 'i'].map((letter) => `/${letter.repeat(200)}`.repeat(12)) as [
      string,
      string,
    ];
    ns.tmpfs(`${base}/m`);
    ns.tmpfs(`${base}/m${inner}`, { size: '64k' });
    ns.move(`${base}/m`, `${base}${outer}`);
    const deep = `${base}${outer}${inner}`;
    expect(deep.length).toBeGreaterThan(4096);
    expect(ns.mounts().at(deep)).toMatchObject({
      mountPoint: deep,
      superOptions: expect.arrayContaining(['size=64k']),
    });
    expect(ns).toHaveMount(deep, { type: 'tmpfs' });
    expect(() => expect(deep).toBeMountPoint()).toThrow('ENAMETOOLONG');
    expect(errorOf(() => ns.umount(deep)).code).toBe('ENAMETOOLONG');
    ns.move(`${base}${outer}`, `${base}/m`);
    expect(`${base}/m${inner}`).toBeMountPoint();
    ns.umount(`${base}/m${inner}`);
  });
});
