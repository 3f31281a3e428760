import fs from 'node:fs';
import { expect } from 'mountns/vitest';
import * as constants from '../../../native/constants.cjs';
import { hookSystemCalls } from '../../../native/libc.cjs';
import { listEverywhere, operationTest, writeEverywhere } from './operation-test.js';

operationTest('mount mounts a file system with a source, flags and options', [], async (ns, dir) => {
  ns.mount({
    target: `${dir}/d`,
    type: 'tmpfs',
    source: 'my source',
    flags: ['noexec', 'nosymfollow', 'noatime'],
    data: 'size=64k,mode=0750,nr_inodes=10',
  });
  expect(ns.mounts().at(`${dir}/d`)).toMatchObject({
    fsType: 'tmpfs',
    source: 'my source',
    options: ['rw', 'noexec', 'noatime', 'nosymfollow'],
    superOptions: expect.arrayContaining(['size=64k', 'nr_inodes=10', 'mode=750']),
  });
  expect(await writeEverywhere(`${dir}/d/f`)).toBe('written');
  expect(ns).toBeIsolatedFromHost(`${dir}/d`);
});

operationTest('mount takes every flag of a single mount, by name and as bits', [], (ns, dir) => {
  const { MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_NODIRATIME, MS_STRICTATIME } = constants;
  const names = ['ro', 'nosuid', 'nodev', 'noexec', 'nodiratime', 'strictatime'] as const;
  const bits = MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NODIRATIME | MS_STRICTATIME;
  for (const flags of [names, bits]) {
    ns.mount({ target: `${dir}/d`, type: 'tmpfs', flags });
    expect(ns.mounts().at(`${dir}/d`)?.options).toEqual(['ro', 'nosuid', 'nodev', 'noexec', 'nodiratime']);
  }
  ns.mount({ target: `${dir}/d`, type: 'tmpfs', flags: 0 });
  expect(ns.mounts().at(`${dir}/d`)?.options).toEqual(['rw', 'relatime']);
});

operationTest('mount hands each option of an object over by itself, commas and all', [], async (ns, dir) => {
  ns.tmpfs(`${dir}/t`);
  for (const name of ['a,b', 'c']) fs.mkdirSync(`${dir}/t/${name}`);
  fs.writeFileSync(`${dir}/t/a,b/f`, '');
  const data = { lowerdir: `${dir}/t/a,b:${dir}/t/c`, userxattr: true } as const;
  ns.mount({ target: `${dir}/d`, type: 'overlay', data });
  expect(await listEverywhere(`${dir}/d`)).toEqual(['f']);
});

operationTest('mount leaves commas in quotes to the option', [], (ns, dir) => {
  // As in a security context; no kernel knows this one, so that the error tells what it was given.
  const data = 'size=64k,no-such-option="s0:c1,c2"';
  const call = expect.stringContaining('"no-such-option", "\\"s0:c1,c2\\""');
  expect(() => ns.mount({ target: `${dir}/d`, type: 'tmpfs', data })).toThrow(
    expect.objectContaining({ call }),
  );
});

operationTest('mount says which option is too long for the kernel', ['d/'], (ns, dir) => {
  const mount = (length: number) => () =>
    ns.mount({ target: `${dir}/d`, type: 'tmpfs', data: { mpol: 'x'.repeat(length) } });
  expect(mount(255)).toThrow(expect.objectContaining({ code: 'EINVAL' }));
  expect(mount(256)).toThrow(/^mpol must have at most 255 bytes, received 'x+'$/);
  expect(mount(256)).toThrow(TypeError);
});

operationTest('mount makes a file system anew on kernels that can not be asked for it', ['d/'], (ns, dir) => {
  const EOPNOTSUPP = 95;
  const calls: string[] = [];
  hookSystemCalls((syscall) => {
    calls.push(syscall);
    // The third sets nothing: after source and size, it makes the file system.
    return calls.filter((name) => name === 'fsconfig').length === 3 && syscall === 'fsconfig'
      ? EOPNOTSUPP
      : undefined;
  });
  try {
    ns.tmpfs(`${dir}/d`, { size: '64k' });
  } finally {
    hookSystemCalls(undefined);
  }
  expect(calls.filter((name) => name === 'fsconfig')).toHaveLength(4);
  expect(ns.mounts().at(`${dir}/d`)?.superOptions).toContain('size=64k');
});

operationTest('tmpfs holds no more than its size, and no more files than its inodes', [], (ns, dir) => {
  ns.tmpfs(`${dir}/d`, { size: '64k', inodes: 3, mode: 0o700 });
  expect(fs.statSync(`${dir}/d`).mode & 0o7777).toBe(0o700);
  expect(() => fs.writeFileSync(`${dir}/d/big`, Buffer.alloc(100_000))).toThrow('ENOSPC');
  fs.writeFileSync(`${dir}/d/second`, '');
  expect(() => fs.writeFileSync(`${dir}/d/third`, '')).toThrow('ENOSPC');
});

operationTest('what was checked is what is mounted on, whatever becomes of the path', [], (ns, dir) => {
  ns.tmpfs(`${dir}/a`);
  ns.tmpfs(`${dir}/t`);
  for (const name of ['target', 'victim']) fs.mkdirSync(`${dir}/t/${name}`);
  const target = `${dir}/t/target`;
  // With the number of the call that puts the mount in place.
  const operations: [move: number, operation: () => void][] = [
    [1, () => ns.bind(`${dir}/a`, target)],
    [1, () => ns.tmpfs(target)],
    [2, () => ns.overlay(target, { lower: `${dir}/a` })],
    [2, () => ns.overlay(target)],
    [1, () => ns.mask(target)],
    [1, () => ns.readonly(target)],
    [1, () => ns.move(`${dir}/a`, target)],
  ];
  for (const [move, operation] of operations) {
    beforeMove(move, operation, () => {
      fs.renameSync(target, `${dir}/t/moved`);
      fs.symlinkSync('victim', target);
    });
    expect(`${dir}/t/victim`).not.toBeMountPoint();
    expect(`${dir}/t/moved`).toBeMountPoint();
    ns.umount(`${dir}/t/moved`);
    fs.unlinkSync(target);
    fs.renameSync(`${dir}/t/moved`, target);
  }
});

/** Runs `operation`, and `interfere` right before its move_mount(2) with this number. */
function beforeMove(number: number, operation: () => void, interfere: () => void): void {
  let moves = 0;
  hookSystemCalls((syscall) => {
    if (syscall === 'move_mount' && ++moves === number) interfere();
    return undefined;
  });
  try {
    operation();
  } finally {
    hookSystemCalls(undefined);
  }
}
