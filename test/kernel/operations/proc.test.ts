import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { expect } from 'mountns/vitest';
import { operationTest } from './operation-test.js';

operationTest('proc mounts a proc file system on /proc', [], async (ns) => {
  ns.mask('/proc');
  expect(fs.existsSync('/proc/self')).toBe(false);
  ns.proc();
  expect(fs.readlinkSync('/proc/self')).toBe(String(process.pid));
  expect(await fs.promises.readlink('/proc/self')).toBe(String(process.pid));
  expect(execFileSync('readlink', ['/proc/self'], { encoding: 'utf8' })).toMatch(/^\d+\n$/);
  expect('/proc').toBeMountPoint({ type: 'proc', options: ['nosuid', 'nodev', 'noexec'] });
  expect(ns).toBeIsolatedFromHost('/proc');
});

operationTest('proc goes where it is told', [], (ns, dir) => {
  ns.proc(`${dir}/rootfs/proc`);
  expect(fs.readFileSync(`${dir}/rootfs/proc/self/comm`, 'utf8')).toBe(
    fs.readFileSync('/proc/self/comm', 'utf8'),
  );
});
