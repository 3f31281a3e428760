import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { type MountNamespace, withMountNamespace } from 'mountns';
import { expect, test } from 'mountns/vitest';
import { onTestFinished } from 'vitest';
import { MNT_DETACH, MOUNT_ATTR_RDONLY, MS_PRIVATE, MS_REC, MS_SHARED } from '../../../native/constants.cjs';
import { chroot, fchdir, openDirectory } from '../../../native/directories.cjs';
import { hookSystemCalls } from '../../../native/libc.cjs';
import { mount, umount2 } from '../../../native/mount.cjs';
import { mountSetattr, openTree } from '../../../native/mount-tree.cjs';
import { readOwnMountInfo } from '../../../src/mounts/read-mount-info.cjs';
import { type EnteredNamespace, namespaceRecord } from '../../../src/namespace/namespace-record.cjs';
import { temporaryDirectory } from '../../temporary-directory.js';

// All of it by system calls: after a child process no tree is kept.

/** Whether an empty scope had to copy the tree. (Mount ids tell nothing, the kernel uses them again.) */
async function needsCopy(): Promise<boolean> {
  const calls: string[] = [];
  hookSystemCalls((name) => {
    calls.push(name);
    return undefined;
  });
  try {
    await withMountNamespace(() => {});
  } finally {
    hookSystemCalls(undefined);
  }
  expect(calls).toContain('move_mount');
  return calls.includes('open_tree');
}

test('an empty scope leaves its tree to the next one', async () => {
  await needsCopy();
  expect(await needsCopy()).toBe(false);
  expect(await needsCopy()).toBe(false);
});

test('a kept tree is in nobody’s table', async () => {
  const before = fs.readFileSync('/proc/self/mountinfo', 'utf8');
  await needsCopy();
  expect(fs.readFileSync('/proc/self/mountinfo', 'utf8')).toBe(before);
  const lines = before.trimEnd().split('\n');
  expect(lines.filter((line) => line.split(' ')[4] === '/')).toHaveLength(1);
});

test('a tree in which something was mounted is not kept', async () => {
  const directory = temporaryDirectory();
  await needsCopy();
  await withMountNamespace((ns) => ns.tmpfs(directory));
  expect(await needsCopy()).toBe(true);
  await withMountNamespace((ns) => expect(ns.mounts().at(directory)).toBeUndefined());
});

test('a tree in which something was unmounted or remounted is not kept', async () => {
  await needsCopy();
  await withMountNamespace(() => umount2('/dev/shm', MNT_DETACH));
  await withMountNamespace((ns) => expect(ns.mounts().at('/dev/shm')).toBeDefined());
  await withMountNamespace(() => {
    const root = openTree('/', 0);
    mountSetattr(root, 0, { attrSet: MOUNT_ATTR_RDONLY });
    fs.closeSync(root);
  });
  await withMountNamespace((ns) => expect(ns.mounts().at('/')?.options[0]).toBe('rw'));
});

test('propagation types are private again in the next scope', async () => {
  await needsCopy();
  await withMountNamespace((ns) => {
    // mount_setattr(2) would count as a change of the table, this does not.
    mount({ target: '/', flags: MS_REC | MS_SHARED });
    expect(ns.mounts().at('/proc')?.propagation).toBe('shared');
  });
  expect(await needsCopy()).toBe(false);
  await withMountNamespace((ns) => {
    expect([...ns.mounts()].filter(({ propagation }) => propagation !== 'private')).toEqual([]);
  });
});

test('a worker whose own tree became shared loses nothing when a scope ends', async () => {
  const directory = temporaryDirectory();
  await withMountNamespace((ns) => ns.tmpfs(directory));
  const before = fs.readFileSync('/proc/self/mountinfo', 'utf8');
  mount({ target: '/', flags: MS_REC | MS_SHARED });
  onTestFinished(() => mount({ target: '/', flags: MS_REC | MS_PRIVATE }));
  await withMountNamespace(() => umount2('/dev/shm', MNT_DETACH));
  mount({ target: '/', flags: MS_REC | MS_PRIVATE });
  expect(fs.readFileSync('/proc/self/mountinfo', 'utf8')).toBe(before);
});

test('what was mounted, unmounted or remounted between two scopes is seen by the second', async () => {
  const directory = temporaryDirectory();
  await needsCopy();
  mount({ source: 'between', target: directory, type: 'tmpfs' });
  await withMountNamespace((ns) => expect(ns.mounts().at(directory)?.source).toBe('between'));
  umount2(directory);
  await withMountNamespace((ns) => expect(ns.mounts().at(directory)).toBeUndefined());
});

test.each([
  ['was kept', () => {}],
  ['was not', (ns: MountNamespace) => ns.tmpfs('/mnt')],
])(
  'what the worker has mounted itself is held by no tree that is kept, when the last one %s',
  async (_, fn) => {
    const directory = temporaryDirectory();
    fs.mkdirSync(`${directory}/mount`);
    await needsCopy();
    await withMountNamespace(fn);
    mount({ source: 'between', target: `${directory}/mount`, type: 'tmpfs' });
    expect(await needsCopy()).toBe(true);
    expect(await needsCopy()).toBe(true);
    umount2(`${directory}/mount`);
    expect(() => fs.rmdirSync(`${directory}/mount`)).not.toThrow();
    expect(await needsCopy()).toBe(true);
    expect(await needsCopy()).toBe(false);
  },
);

/** How many mounts there are where trees are kept. */
function countInAttic(): number {
  const { attic, procFd } = namespaceRecord.entered as EnteredNamespace;
  const root = openDirectory('/');
  const cwd = openDirectory('.');
  fchdir(attic as number);
  chroot('.');
  try {
    return readOwnMountInfo(procFd).toString('latin1').split('\n').length;
  } finally {
    fchdir(root);
    chroot('.');
    fchdir(cwd);
    for (const fd of [root, cwd]) fs.closeSync(fd);
  }
}

test('a kept tree that is out of date is unmounted', async () => {
  const directory = temporaryDirectory();
  await needsCopy();
  const before = countInAttic();
  mount({ source: 'between', target: directory, type: 'tmpfs' });
  umount2(directory);
  expect(await needsCopy()).toBe(true);
  expect(countInAttic()).toBe(before);
});

test('a kept tree is of no use in another root directory', async () => {
  const directory = temporaryDirectory();
  fs.writeFileSync(`${directory}/file`, '');
  const root = openDirectory('/');
  await needsCopy();
  chroot(directory);
  try {
    await withMountNamespace(() => expect(fs.readdirSync('/')).toEqual(['file']));
  } finally {
    fchdir(root);
    chroot('.');
    fs.closeSync(root);
  }
  expect(await needsCopy()).toBe(true);
  expect(await needsCopy()).toBe(false);
});

test('with a child around no tree is kept: its changes can’t be told from ours', async () => {
  const directory = temporaryDirectory();
  await needsCopy();
  const child = spawn('sleep', ['60']);
  expect(await needsCopy()).toBe(false);
  expect(await needsCopy()).toBe(true);
  child.kill();
  await once(child, 'exit');
  await withMountNamespace(() => execFileSync('mount', ['-t', 'tmpfs', 'child', directory]));
  await withMountNamespace((ns) => expect(ns.mounts().at(directory)).toBeUndefined());
});

test('user namespaces can be made inside a scope and outside', async () => {
  const unshare = () =>
    execFileSync('unshare', ['--user', '--map-root-user', 'id', '-u'], { encoding: 'utf8' });
  expect(unshare()).toBe('0\n');
  expect(await withMountNamespace(unshare)).toBe('0\n');
});
