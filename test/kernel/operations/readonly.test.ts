import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { expect } from 'mountns/vitest';
import { operationTest, readEverywhere, writeEverywhere } from './operation-test.js';

operationTest(
  'readonly refuses writes in a directory that is no mount point',
  ['d/', 'd/f'],
  async (ns, dir) => {
    ns.readonly(`${dir}/d`);
    expect(await writeEverywhere(`${dir}/d/f`)).toBe('EROFS');
    expect(await writeEverywhere(`${dir}/d/new`)).toBe('EROFS');
    expect(await readEverywhere(`${dir}/d/f`)).toBe('d/f');
    expect(() => fs.unlinkSync(`${dir}/d/f`)).toThrow('EROFS');
    expect(() => fs.renameSync(`${dir}/d/f`, `${dir}/d/g`)).toThrow('EROFS');
    expect(ns).toBeIsolatedFromHost(`${dir}/d`);
  },
);

operationTest('readonly refuses writes to a single file', ['f'], async (ns, dir) => {
  ns.readonly(`${dir}/f`);
  expect(await writeEverywhere(`${dir}/f`)).toBe('EROFS');
});

operationTest('readonly holds against what root does to get around it', ['d/f/'], (ns, dir) => {
  ns.readonly(`${dir}/d`);
  for (const command of [
    `chmod 777 ${dir}/d`,
    `chown 1:1 ${dir}/d/f`,
    `touch ${dir}/d/f`,
    `rmdir ${dir}/d/f`,
  ]) {
    expect(() => execFileSync('sh', ['-c', command], { stdio: 'pipe' })).toThrow('Read-only file system');
  }
});

operationTest(
  'readonly leaves the mounts below writable, and with recursive it does not',
  [],
  async (ns, dir) => {
    ns.tmpfs(`${dir}/d`);
    for (const name of ['a', 'b']) {
      fs.mkdirSync(`${dir}/d/${name}`);
      ns.tmpfs(`${dir}/d/${name}/below`);
      fs.writeFileSync(`${dir}/d/${name}/below/f`, '');
    }
    ns.readonly(`${dir}/d/a`);
    expect(await writeEverywhere(`${dir}/d/a/f`)).toBe('EROFS');
    expect(await writeEverywhere(`${dir}/d/a/below/f`)).toBe('written');
    ns.readonly(`${dir}/d/b`, { recursive: true });
    expect(await writeEverywhere(`${dir}/d/b/f`)).toBe('EROFS');
    expect(await writeEverywhere(`${dir}/d/b/below/f`)).toBe('EROFS');
  },
);

operationTest('readonly changes a mount point as it is, and keeps its other flags', [], async (ns, dir) => {
  ns.mount({ target: `${dir}/d`, type: 'tmpfs', flags: ['noexec', 'noatime'] });
  const { length } = ns.mounts();
  ns.readonly(`${dir}/d`);
  expect(ns.mounts().length).toBe(length);
  expect(ns.mounts().at(`${dir}/d`)?.options).toEqual(['ro', 'noexec', 'noatime']);
  expect(await writeEverywhere(`${dir}/d/f`)).toBe('EROFS');
});

operationTest('readonly of / is seen by everything but the mounts below', ['t/'], async (ns, dir) => {
  ns.tmpfs(`${dir}/t`);
  ns.readonly('/');
  expect(await writeEverywhere(`${dir}/f`)).toBe('EROFS');
  expect(await writeEverywhere(`${dir}/t/f`)).toBe('written');
});

operationTest('readonly holds for relative paths too', ['d/sub/'], (ns, dir) => {
  process.chdir(`${dir}/d/sub`);
  ns.readonly(`${dir}/d`);
  expect(process.cwd()).toBe(`${dir}/d/sub`);
  expect(() => fs.writeFileSync('f', '')).toThrow('EROFS');
});
