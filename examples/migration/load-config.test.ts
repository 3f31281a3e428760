import { execFileSync } from 'node:child_process';
import { beforeEach, expect, test } from 'mountns/vitest';
import { loadConfig } from './load-config.js';
import { writeTree } from './write-tree.js';

beforeEach(({ ns }) => ns.tmpfs('/etc/shop'));

test('reads the port', async ({ ns }) => {
  writeTree('/etc/shop', { 'config.json': '{ "port": 8080 }' });
  expect(await loadConfig()).toEqual({ port: 8080 });
  expect(ns).toBeIsolatedFromHost('/etc/shop');
});

test('takes 80 when there is no configuration', async ({ host }) => {
  expect('/etc/shop').toBeMountPoint();
  expect(await loadConfig()).toEqual({ port: 80 });
  expect(host).not.toHaveMount('/etc/shop');
});

test('child processes see the same files, which no fake can do', ({ host }) => {
  writeTree('/etc/shop', { certificates: { 'a.pem': 'A' } });
  expect(execFileSync('ls', ['/etc/shop/certificates'], { encoding: 'utf8' })).toBe('a.pem\n');
  expect(host).not.toHaveMount('/etc/shop');
});
