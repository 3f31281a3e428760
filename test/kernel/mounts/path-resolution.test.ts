import { expect, test } from 'vitest';

import { MountTable } from '../../../src/mounts/mount-table.js';
import { inPrivateNamespace } from './in-private-namespace.js';

/** A table, and for each path the id of the mount that the kernel finds there (statx(2), STATX_MNT_ID). */
interface Seen {
  mountInfo: string;
  ids: Record<string, number>;
}

function found({ mountInfo, ids }: Seen): Record<string, number | undefined> {
  const table = new MountTable(mountInfo);
  return Object.fromEntries(Object.keys(ids).map((path) => [path, table.containing(path)?.id]));
}

function mountPoints({ mountInfo, ids }: Seen): string[] {
  const table = new MountTable(mountInfo);
  return Object.keys(ids).filter((path) => table.at(path) !== undefined);
}

test('finds what the kernel finds, through stacks and covered directories', () => {
  const seen = inPrivateNamespace(({ fs, native, directory, mkdir }): Seen => {
    const tmpfs = (name: string) => {
      native.mount({ source: 'test', target: mkdir(name), type: 'tmpfs' });
    };
    for (const name of ['a', 'a/b', 'a/b/c', 'a/b', 'stack', 'stack', 'stack', 'stack/on']) tmpfs(name);
    for (const name of ['hidden/below', 'hidden', 'new', 'new/below', 'new', 'new/below', 'foo']) tmpfs(name);
    for (const name of ['a/b/c', 'hidden/below/deep', 'foobar']) mkdir(name);
    const names = ['a', 'a/b', 'a/b/c', 'stack', 'stack/on', 'hidden', 'hidden/below', 'hidden/below/deep'];
    const below = [...names, 'new', 'new/below', 'foo', 'foobar'].map((name) => `${directory}/${name}`);
    const paths = ['/', '/proc', '/proc/sys/kernel', directory, ...below];
    const ids = Object.fromEntries(paths.map((path) => [path, native.mountIdOf(path)]));
    return { mountInfo: fs.readFileSync('/proc/self/mountinfo', 'utf8'), ids };
  });
  expect(found(seen)).toEqual(seen.ids);
  const directory = Object.keys(seen.ids)[3] as string;
  expect(mountPoints(seen).map((path) => path.replace(directory, ''))).toEqual([
    '/',
    '/proc',
    '',
    '/a',
    '/a/b',
    '/stack',
    '/stack/on',
    '/hidden',
    '/new',
    '/new/below',
    '/foo',
  ]);
});

test('finds what the kernel finds when something is mounted over the root', () => {
  const seen = inPrivateNamespace(({ fs, native, directory }): Seen => {
    native.mount({ source: 'cover', target: '/', type: 'tmpfs' });
    fs.mkdirSync('/../proc');
    native.mount({ source: 'hidden', target: '/../proc', type: 'tmpfs' });
    const ids = Object.fromEntries(['/', '/proc', directory].map((path) => [path, native.mountIdOf(path)]));
    return { mountInfo: fs.readFileSync('/proc/self/mountinfo', 'utf8'), ids };
  });
  expect(new MountTable(seen.mountInfo).filter({ mountPoint: '/proc' })).toHaveLength(2);
  expect(found(seen)).toEqual(seen.ids);
});

test('finds what the kernel finds in a chroot to a mount', () => {
  const seen = inPrivateNamespace(({ fs, native, mkdir }): Seen => {
    const root = mkdir('root');
    for (const name of ['root', 'root/a', 'root/a/b', 'root/a']) {
      native.mount({ source: 'test', target: mkdir(name), type: 'tmpfs' });
    }
    for (const name of ['root/a/b', 'root/c']) mkdir(name);
    const procFd = native.openDirectory('/proc');
    native.chroot(root);
    const ids = Object.fromEntries(['/', '/a', '/a/b', '/c'].map((path) => [path, native.mountIdOf(path)]));
    return { mountInfo: fs.readFileSync(native.openat(procFd, 'self/mountinfo', 0), 'utf8'), ids };
  });
  expect(found(seen)).toEqual(seen.ids);
  expect(mountPoints(seen)).toEqual(['/', '/a']);
});

test('finds what the kernel finds in a chroot to a directory, whose own mount is in no line', () => {
  const seen = inPrivateNamespace(({ fs, native, mkdir }): Seen => {
    const root = mkdir('root');
    for (const name of ['root/a', 'root/a/b', 'root/a']) {
      native.mount({ source: 'test', target: mkdir(name), type: 'tmpfs' });
    }
    for (const name of ['root/a/b', 'root/c']) mkdir(name);
    const procFd = native.openDirectory('/proc');
    native.chroot(root);
    const ids = Object.fromEntries(['/', '/a', '/a/b', '/c'].map((path) => [path, native.mountIdOf(path)]));
    return { mountInfo: fs.readFileSync(native.openat(procFd, 'self/mountinfo', 0), 'utf8'), ids };
  });
  expect(found(seen)).toEqual({ ...seen.ids, '/': undefined, '/c': undefined });
  expect(mountPoints(seen)).toEqual(['/a']);
});
