import fs from 'node:fs';
import type { MountNamespace } from 'mountns';
import { expect, test } from 'mountns/vitest';
import { moveFile } from './move-file.js';

const [HERE, THERE] = ['/mnt/here', '/mnt/there'];

function prepare(ns: MountNamespace): void {
  ns.tmpfs(HERE);
  fs.writeFileSync(`${HERE}/report`, 'content');
}

test('rename(2) really fails between two file systems', ({ ns }) => {
  prepare(ns);
  ns.tmpfs(THERE);
  expect(() => fs.renameSync(`${HERE}/report`, `${THERE}/report`)).toThrow('EXDEV');
});

test('a file moves to another file system', async ({ ns }) => {
  prepare(ns);
  ns.tmpfs(THERE);
  await moveFile(`${HERE}/report`, `${THERE}/report`);
  expect(fs.readFileSync(`${THERE}/report`, 'utf8')).toBe('content');
  expect(fs.readdirSync(HERE)).toEqual([]);
});

test('a file moves between two mounts of one file system, which rename(2) refuses too', async ({ ns }) => {
  prepare(ns);
  fs.mkdirSync(`${HERE}/archive`);
  ns.bind(`${HERE}/archive`, THERE);
  await moveFile(`${HERE}/report`, `${THERE}/report`);
  expect(fs.readdirSync(`${HERE}/archive`)).toEqual(['report']);
});

test('the file stays when there is no room for it', async ({ ns }) => {
  prepare(ns);
  ns.tmpfs(THERE, { size: '4k' });
  fs.writeFileSync(`${HERE}/report`, 'x'.repeat(100_000));
  await expect(moveFile(`${HERE}/report`, `${THERE}/report`)).rejects.toThrow('ENOSPC');
  expect(fs.statSync(`${HERE}/report`).size).toBe(100_000);
});
