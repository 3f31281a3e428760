import fs from 'node:fs';
import { expect } from 'mountns/vitest';
import { listEverywhere, operationTest, readEverywhere, writeEverywhere } from './operation-test.js';

operationTest('mask hides what is in a directory, and refuses writes', ['d/', 'd/f'], async (ns, dir) => {
  ns.mask(`${dir}/d`);
  expect(await listEverywhere(`${dir}/d`)).toEqual([]);
  expect(await writeEverywhere(`${dir}/d/new`)).toBe('EROFS');
  expect(ns).toBeIsolatedFromHost(`${dir}/d`);
});

operationTest('mask hides what is in a file, and refuses writes', ['f'], async (ns, dir) => {
  ns.mask(`${dir}/f`);
  expect(await readEverywhere(`${dir}/f`)).toBe('');
  expect(await writeEverywhere(`${dir}/f`)).toBe('EROFS');
  // As anyone may read it: what drops privileges finds an empty file too.
  expect(fs.statSync(`${dir}/f`).mode).toBe(fs.constants.S_IFREG | 0o444);
});

operationTest('mask leaves nothing behind but its mount', ['f', 'd/'], (ns, dir) => {
  const before = ns.mounts();
  ns.mask(`${dir}/f`);
  ns.mask(`${dir}/d`);
  expect(before.diff(ns.mounts())).toMatchObject({
    added: ['f', 'd'].map((name) => ({
      mountPoint: `${dir}/${name}`,
      source: 'mask',
      options: ['ro', 'nosuid', 'nodev', 'noexec', 'relatime'],
    })),
    removed: [],
    changed: [],
  });
});

operationTest('what is masked is seen again when the mask is unmounted', ['d/', 'd/f'], async (ns, dir) => {
  ns.mask(`${dir}/d`);
  ns.umount(`${dir}/d`);
  expect(await listEverywhere(`${dir}/d`)).toEqual(['f']);
});

operationTest('there must be something to mask', [], (ns, dir) => {
  expect(() => ns.mask(`${dir}/none`)).toThrow(
    expect.objectContaining({ code: 'ENOENT', why: `target ${dir}/none does not exist` }),
  );
});
