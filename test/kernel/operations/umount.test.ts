import fs from 'node:fs';
import { expect } from 'mountns/vitest';
import { hookSystemCalls } from '../../../native/libc.cjs';
import { listEverywhere, operationTest } from './operation-test.js';

operationTest('umount takes the top-most mount away', ['d/', 'd/f'], async (ns, dir) => {
  ns.tmpfs(`${dir}/d`);
  fs.writeFileSync(`${dir}/d/lower`, '');
  ns.tmpfs(`${dir}/d`);
  ns.umount(`${dir}/d`);
  expect(await listEverywhere(`${dir}/d`)).toEqual(['lower']);
  ns.umount(`${dir}/d`);
  expect(await listEverywhere(`${dir}/d`)).toEqual(['f']);
});

operationTest('umount, lazy, takes away what is in use', ['d/'], async (ns, dir) => {
  ns.tmpfs(`${dir}/d`);
  const fd = fs.openSync(`${dir}/d/f`, 'w');
  expect(() => ns.umount(`${dir}/d`)).toThrow(expect.objectContaining({ code: 'EBUSY' }));
  expect(() => ns.umount(`${dir}/d`, { force: true })).toThrow(expect.objectContaining({ code: 'EBUSY' }));
  ns.umount(`${dir}/d`, { lazy: true });
  fs.writeSync(fd, 'still there');
  fs.closeSync(fd);
  expect(await listEverywhere(`${dir}/d`)).toEqual([]);
});

operationTest('umount of a mount that the host has too leaves that of the host', ['d/'], (ns) => {
  const proc = ns.host.mounts().at('/proc');
  ns.umount('/proc', { lazy: true });
  expect(ns.mounts().at('/proc')).toBeUndefined();
  expect(ns.host.mounts().at('/proc')).toEqual(proc);
});

operationTest('works where /proc is covered, and so does undoing', [], (ns, dir) => {
  ns.tmpfs(`${dir}/d`);
  ns.tmpfs(`${dir}/t`);
  const before = fs.readdirSync('.');
  ns.tmpfs('/proc');
  ns.umount(`${dir}/d`);
  hookSystemCalls((syscall) => (syscall === 'move_mount' ? 5 : undefined));
  try {
    expect(() => ns.tmpfs(`${dir}/t/made/x`)).toThrow('EIO');
  } finally {
    hookSystemCalls(undefined);
  }
  expect(fs.readdirSync(`${dir}/t`)).toEqual([]);
  expect(fs.readdirSync('.')).toEqual(before);
  ns.umount('/proc');
  expect(`${dir}/d`).not.toBeMountPoint();
});
