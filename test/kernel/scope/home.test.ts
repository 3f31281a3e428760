import fs from 'node:fs';
import { withMountNamespace } from 'mountns';
import { beforeEach, expect, test } from 'mountns/vitest';
import { onTestFinished } from 'vitest';
import { MNT_DETACH, MS_BIND, MS_REC } from '../../../native/constants.cjs';
import { chroot, fchdir, openDirectory } from '../../../native/directories.cjs';
import { mount, umount2 } from '../../../native/mount.cjs';
import { mountIdOf } from '../../../native/statx.cjs';
import { temporaryDirectory } from '../../temporary-directory.js';

let directory: string;

beforeEach(async () => {
  const cwd = process.cwd();
  directory = temporaryDirectory();
  onTestFinished(() => process.chdir(cwd));
  // What a scope keeps for the next one is of another place.
  await withMountNamespace(() => {});
});

function makeDirectory(name: string): string {
  const path = `${directory}/${name}`;
  fs.mkdirSync(path);
  fs.writeFileSync(`${path}/${name}.txt`, name);
  return path;
}

test('a scope is entered from where the process is at that moment, and goes back there', async () => {
  for (const name of ['one', 'two', 'one', 'three']) {
    const path = `${directory}/${name}`;
    process.chdir(fs.existsSync(path) ? path : makeDirectory(name));
    await withMountNamespace(() => {
      expect(fs.readdirSync('.')).toEqual([`${name}.txt`]);
      process.chdir('/');
    });
    expect(fs.readdirSync('.')).toEqual([`${name}.txt`]);
    expect(process.cwd()).toBe(path);
  }
});

test('goes back to a directory that has the name of one that was renamed', async () => {
  const path = makeDirectory('one');
  process.chdir(path);
  await withMountNamespace(() => {});
  fs.renameSync(path, `${directory}/renamed`);
  process.chdir(makeDirectory('two'));
  fs.renameSync(`${directory}/two`, path);
  process.chdir(path);
  await withMountNamespace(() => expect(fs.readdirSync('.')).toEqual(['two.txt']));
  expect(fs.readdirSync('.')).toEqual(['two.txt']);
});

test('of the places that it was entered from, no more than the last one is held', async () => {
  const enterFrom = async (path: string) => {
    process.chdir(path);
    await withMountNamespace(() => {});
  };
  const [one, two] = ['one', 'two'].map(makeDirectory) as [string, string];
  await enterFrom(one);
  const descriptors = fs.readdirSync('/proc/self/fd').length;
  await enterFrom(two);
  await enterFrom(one);
  expect(fs.readdirSync('/proc/self/fd')).toHaveLength(descriptors);
});

test('a mount that the process was in is not held', async () => {
  const path = makeDirectory('mount');
  mount({ source: 'tmpfs', target: path, type: 'tmpfs' });
  process.chdir(path);
  for (let count = 0; count < 2; count++) {
    await withMountNamespace(() => fs.writeFileSync('file', ''));
    expect(mountIdOf('.')).toBe(mountIdOf(path));
  }
  process.chdir('/');
  umount2(path, 0);
  expect(() => fs.rmSync(path, { recursive: true })).not.toThrow();
});

test('a scope is entered from another root directory, and goes back there', async () => {
  const path = makeDirectory('root');
  const root = openDirectory('/');
  onTestFinished(() => {
    fchdir(root);
    chroot('.');
    fs.closeSync(root);
  });
  chroot(path);
  process.chdir('/');
  for (let count = 0; count < 2; count++) {
    await withMountNamespace(() => expect(fs.readdirSync('/')).toEqual(['root.txt']));
    expect(fs.readdirSync('/')).toEqual(['root.txt']);
    expect(fs.readdirSync('.')).toEqual(['root.txt']);
  }
});

test('what was mounted over the root directory is not held', async () => {
  const before = mountIdOf('/..');
  mount({ source: 'tmpfs', target: '/', type: 'tmpfs' });
  const covered = mountIdOf('/..');
  expect(covered).not.toBe(before);
  for (const cwd of ['/', '/..']) {
    process.chdir(cwd);
    for (let count = 0; count < 2; count++) {
      await withMountNamespace(() => expect(fs.existsSync(directory)).toBe(true));
      expect(mountIdOf('/..')).toBe(covered);
    }
  }
  process.chdir('/');
  umount2('/', 0);
  expect(mountIdOf('/..')).toBe(before);
});

test('goes back to the mount that the process was in, and not to another one of the same directory', async () => {
  const [below, cwd] = ['/', '.'].map(openDirectory) as [number, number];
  const id = mountIdOf('/');
  mount({ source: '/', target: '/', flags: MS_BIND | MS_REC });
  try {
    process.chdir('/..');
    chroot('.');
    expect(mountIdOf('/')).not.toBe(id);
    const on = [mountIdOf('/'), mountIdOf('.')];
    await withMountNamespace(() => {});
    expect([mountIdOf('/'), mountIdOf('.')]).toEqual(on);
  } finally {
    fchdir(below);
    chroot('.');
    umount2('/', MNT_DETACH);
    fchdir(cwd);
    for (const fd of [below, cwd]) fs.closeSync(fd);
  }
});
