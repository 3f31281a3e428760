import fs from 'node:fs';
import { describe, expect, test } from 'mountns/vitest';

const table = () => fs.readFileSync('/proc/self/mountinfo', 'utf8');
const pristine = table();

test('ns puts the whole test in a scope', ({ ns }) => {
  ns.tmpfs('/mnt/test_mount');
  expect(ns).toBeIsolatedFromHost('/mnt/test_mount');
  expect(table()).not.toBe(pristine);
});

test('the next test starts from the pristine tree', () => {
  expect(table()).toBe(pristine);
});

test('withMountNamespace nests in ns', async ({ ns, withMountNamespace }) => {
  ns.tmpfs('/mnt/test_mount');
  fs.writeFileSync('/mnt/test_mount/outer', '');
  await withMountNamespace((inner) => {
    inner.tmpfs('/mnt/test_mount');
    expect(fs.readdirSync('/mnt/test_mount')).toEqual([]);
  });
  expect(fs.readdirSync('/mnt/test_mount')).toEqual(['outer']);
});

test('host is the namespace that the run was started in', ({ ns, host }) => {
  expect(host.id).not.toBe(ns.id);
  expect(host.id).toBe(ns.host.id);
  expect(host.mounts().at('/')?.propagation).toBe('shared');
});

describe('concurrent tests', { concurrent: true }, () => {
  for (const name of ['a', 'b', 'c']) {
    test(`${name} has its scope for itself`, async ({ ns }) => {
      ns.tmpfs('/mnt/test_mount');
      await fs.promises.writeFile(`/mnt/test_mount/${name}`, '');
      expect(await fs.promises.readdir('/mnt/test_mount')).toEqual([name]);
    });
  }
});
