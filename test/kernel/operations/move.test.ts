import fs from 'node:fs';
import { expect } from 'mountns/vitest';
import { errorOf } from '../errors/error-of.js';
import { listEverywhere, operationTest } from './operation-test.js';

operationTest('move takes a mount to another place, with those below', ['a/', 'b/'], async (ns, dir) => {
  ns.tmpfs(`${dir}/a`);
  ns.tmpfs(`${dir}/a/below`);
  fs.writeFileSync(`${dir}/a/below/f`, '');
  const { id } = ns.mounts().at(`${dir}/a`) as { id: number };
  ns.move(`${dir}/a`, `${dir}/b`);
  expect(await listEverywhere(`${dir}/a`)).toEqual([]);
  expect(await listEverywhere(`${dir}/b/below`)).toEqual(['f']);
  expect(ns.mounts().at(`${dir}/b`)?.id).toBe(id);
  expect(ns).toBeIsolatedFromHost(`${dir}/b`);
});

operationTest('move provides a missing target, and leaves no copy where it was', ['a/'], async (ns, dir) => {
  ns.tmpfs(`${dir}/a`);
  fs.writeFileSync(`${dir}/a/f`, '');
  ns.move(`${dir}/a`, `${dir}/deep/er`);
  expect(await listEverywhere(`${dir}/a`)).toEqual([]);
  expect(await listEverywhere(`${dir}/deep/er`)).toEqual(['f']);
});

operationTest('move takes a single file', ['f'], (ns, dir) => {
  ns.tmpfs(`${dir}/t`);
  fs.writeFileSync(`${dir}/t/g`, 'content');
  ns.bind(`${dir}/t/g`, `${dir}/f`);
  ns.move(`${dir}/f`, `${dir}/h`);
  expect(fs.readFileSync(`${dir}/f`, 'utf8')).toBe('f');
  expect(fs.readFileSync(`${dir}/h`, 'utf8')).toBe('content');
});

operationTest('move takes the working directory along', ['a/', 'b/'], (ns, dir) => {
  ns.tmpfs(`${dir}/a`);
  fs.mkdirSync(`${dir}/a/sub`);
  process.chdir(`${dir}/a/sub`);
  // Node remembers it from now on.
  expect(process.cwd()).toBe(`${dir}/a/sub`);
  ns.move(`${dir}/a`, `${dir}/b`);
  expect(process.cwd()).toBe(`${dir}/b/sub`);
});

operationTest('a move that fails takes back what it made on a read-only mount', ['a/', 'r/'], (ns, dir) => {
  ns.tmpfs(`${dir}/t`);
  for (const place of ['r', 't']) {
    ns.readonly(`${dir}/${place}`);
    const before = String(ns.mounts());
    const error = errorOf(() => ns.move(`${dir}/a`, `${dir}/${place}/deep/er`));
    expect(error).toMatchObject({ code: 'EINVAL', why: expect.stringContaining('is not a mount point') });
    expect(String(ns.mounts())).toBe(before);
    expect(fs.readdirSync(`${dir}/${place}`)).toEqual([]);
  }
});

operationTest('a move that fails takes no mounts away in a shared tree', ['a/', 'd/sub/'], (ns, dir) => {
  ns.tmpfs(`${dir}/d/sub`);
  ns.tmpfs(`${dir}/d/sub/deep`);
  ns.propagation('/', 'shared', { recursive: true });
  const before = String(ns.mounts());
  expect(errorOf(() => ns.move(`${dir}/a`, `${dir}/d/missing/x`)).code).toBe('EINVAL');
  expect(String(ns.mounts())).toBe(before);
});
