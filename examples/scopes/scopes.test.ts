import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { enterMountNamespace } from 'mountns';
import { expect, test } from 'mountns/vitest';

test('a scope ends with its function', async ({ withMountNamespace, host }) => {
  const names = await withMountNamespace((ns) => {
    ns.tmpfs('/mnt/scope');
    fs.writeFileSync('/mnt/scope/a.txt', 'a');
    expect(ns).toBeIsolatedFromHost('/mnt/scope');
    return fs.readdirSync('/mnt/scope');
  });
  expect(names).toEqual(['a.txt']);
  expect('/mnt/scope').not.toBeMountPoint();
  expect(host.mounts().at('/mnt/scope')).toBeUndefined();
});

test('scopes nest', async ({ withMountNamespace, host }) => {
  await withMountNamespace(async (outer) => {
    outer.tmpfs('/mnt/outer');
    await withMountNamespace((inner) => {
      inner.tmpfs('/mnt/inner');
      inner.umount('/mnt/outer');
      expect('/mnt/outer').not.toBeMountPoint();
    });
    expect('/mnt/outer').toBeMountPoint({ type: 'tmpfs' });
    expect('/mnt/inner').not.toBeMountPoint();
  });
  expect(host.mounts().at('/mnt/outer')).toBeUndefined();
});

test('async code and child processes see the same mounts', async ({ ns, host }) => {
  ns.tmpfs('/mnt/scope');
  await fs.promises.writeFile('/mnt/scope/hello.txt', 'hello');
  expect(execFileSync('cat', ['/mnt/scope/hello.txt'], { encoding: 'utf8' })).toBe('hello');
  expect(host.mounts().at('/mnt/scope')).toBeUndefined();
});

test('a scope without a function', async ({ host }) => {
  {
    await using ns = await enterMountNamespace();
    ns.tmpfs('/mnt/scope');
    expect(ns).toBeIsolatedFromHost('/mnt/scope');
  }
  expect('/mnt/scope').not.toBeMountPoint();
  expect(host.mounts().at('/mnt/scope')).toBeUndefined();
});
