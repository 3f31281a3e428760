import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import type { InduceOptions, InducibleErrno, MountNamespace } from 'mountns';
import { expect, test } from 'mountns/vitest';

// What docs/faults.md says of each fault: which calls fail, with what, and that all others work.

type Calls = Record<string, () => void>;

const inDirectory: Calls = {
  read: () => fs.readFileSync('/mnt/x/dir/file'),
  write: () => fs.appendFileSync('/mnt/x/dir/file', 'x'),
  chmod: () => fs.chmodSync('/mnt/x/dir/other', 0o600),
  create: () => fs.writeFileSync('/mnt/x/dir/new', ''),
  fill: () => fs.writeFileSync('/mnt/x/dir/full', 'x'),
  'make a directory': () => fs.mkdirSync('/mnt/x/dir/made'),
  execute: () => execFileSync('/mnt/x/dir/program'),
  'follow a link': () => fs.statSync('/mnt/x/dir/link'),
  'rename within': () => fs.renameSync('/mnt/x/dir/draft', '/mnt/x/dir/file'),
  'rename out': () => fs.renameSync('/mnt/x/dir/file', '/mnt/x/out'),
  'link out': () => fs.linkSync('/mnt/x/dir/file', '/mnt/x/linked'),
  'rename in': () => fs.renameSync('/mnt/x/file', '/mnt/x/dir/in'),
  'link in': () => fs.linkSync('/mnt/x/file', '/mnt/x/dir/linked'),
  'copy out': () => fs.copyFileSync('/mnt/x/dir/file', '/mnt/x/copy'),
  delete: () => fs.unlinkSync('/mnt/x/dir/file'),
  'rename it': () => fs.renameSync('/mnt/x/dir', '/mnt/x/renamed'),
  'remove it': () => fs.rmdirSync('/mnt/x/dir'),
};

const ofFile: Calls = {
  stat: () => fs.statSync('/mnt/x/file'),
  read: () => fs.readFileSync('/mnt/x/file'),
  execute: () => execFileSync('/mnt/x/file'),
  write: () => fs.appendFileSync('/mnt/x/file', 'x'),
  copy: () => fs.copyFileSync('/mnt/x/file', '/mnt/x/copy'),
  link: () => fs.linkSync('/mnt/x/file', '/mnt/x/linked'),
  replace: () => fs.renameSync('/mnt/x/draft', '/mnt/x/file'),
  'rename it': () => fs.renameSync('/mnt/x/file', '/mnt/x/renamed'),
  'remove it': () => fs.unlinkSync('/mnt/x/file'),
};

function failures(calls: Calls): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(calls).flatMap(([name, call]) => {
      try {
        call();
        return [];
      } catch (error) {
        return [[name, (error as NodeJS.ErrnoException).code]];
      }
    }),
  );
}

function prepare(ns: MountNamespace): void {
  ns.tmpfs('/mnt/x', { mode: 0o755 });
  fs.mkdirSync('/mnt/x/dir');
  for (const name of ['file', 'draft', 'dir/file', 'dir/draft', 'dir/other', 'dir/program']) {
    fs.writeFileSync(`/mnt/x/${name}`, '#!/bin/sh\n', { mode: 0o755 });
  }
  fs.symlinkSync('file', '/mnt/x/dir/link');
}

const isMount = {
  'rename out': 'EXDEV',
  'link out': 'EXDEV',
  'rename in': 'EXDEV',
  'link in': 'EXDEV',
  'rename it': 'EBUSY',
  'remove it': 'EBUSY',
};

const directories: [errno: InducibleErrno, failing: Record<string, string>, options?: InduceOptions][] = [
  ['ENOSPC', { write: 'ENOSPC', chmod: 'ENOSPC', fill: 'ENOSPC', 'rename within': 'ENOSPC' }],
  [
    'ENOSPC',
    {
      ...{ write: 'ENOSPC', chmod: 'ENOSPC', create: 'ENOSPC', fill: 'ENOSPC', 'make a directory': 'ENOSPC' },
      ...{ 'rename within': 'ENOSPC', delete: 'ENOSPC' },
    },
    { inodes: true },
  ],
  [
    'EROFS',
    {
      ...{ write: 'EROFS', chmod: 'EROFS', create: 'EROFS', fill: 'EROFS', 'make a directory': 'EROFS' },
      ...{ 'rename within': 'EROFS', 'link in': 'EROFS', delete: 'EROFS' },
    },
  ],
  ['EXDEV', {}],
  ['EACCES', { execute: 'EACCES' }],
  ['EBUSY', {}],
  ['ELOOP', { 'follow a link': 'ELOOP' }],
];

test.for(directories)('%s on a directory', ([errno, failing, options], { ns }) => {
  prepare(ns);
  ns.induce(errno, '/mnt/x/dir', options);
  expect(failures(inDirectory)).toEqual({ ...isMount, ...failing });
});

const isMountedFile = { link: 'EXDEV', replace: 'EBUSY', 'rename it': 'EBUSY', 'remove it': 'EBUSY' };
const isDevice = { execute: 'EACCES' };
const opening = (errno: string) => ({ read: errno, write: errno, copy: errno });

const files: [errno: InducibleErrno, failing: Record<string, string>][] = [
  ['ENOSPC', { write: 'ENOSPC' }],
  ['EROFS', { write: 'EROFS' }],
  ['EACCES', { execute: 'EACCES' }],
  ['EBUSY', {}],
  ['EIO', { ...opening('EIO'), ...isDevice }],
  ['ENODEV', { ...opening('ENODEV'), ...isDevice }],
  ['ELOOP', { ...opening('ELOOP'), stat: 'ELOOP', execute: 'ELOOP' }],
];

test.for(files)('%s on a file', ([errno, failing], { ns }) => {
  prepare(ns);
  ns.induce(errno, '/mnt/x/file');
  expect(failures(ofFile)).toEqual({ ...failing, ...isMountedFile });
});

test('a scope of its own ends any fault', async ({ ns, withMountNamespace }) => {
  prepare(ns);
  ns.tmpfs('/mnt/x/dir/disk');
  const before = ns.mounts().toString();
  await withMountNamespace((inner) => {
    inner.induce('EROFS', '/mnt/x/dir');
    inner.induce('ELOOP', '/mnt/x/file');
  });
  fs.writeFileSync('/mnt/x/dir/new', '');
  expect(ns.mounts().toString()).toBe(before);
});

test('umount ends a fault, lazily where something is mounted below', ({ ns }) => {
  prepare(ns);
  ns.tmpfs('/mnt/x/dir/disk');
  const before = ns.mounts().toString();
  const endLazily = () => {
    ns.induce('EROFS', '/mnt/x/dir');
    expect(() => ns.umount('/mnt/x/dir')).toThrow('EBUSY');
    ns.umount('/mnt/x/dir', { lazy: true });
  };
  endLazily();
  expect(ns.mounts().toString()).toBe(before);
  ns.propagation('/mnt/x', 'shared', { recursive: true });
  endLazily();
  expect(ns).not.toHaveMount('/mnt/x/dir/disk');
});
