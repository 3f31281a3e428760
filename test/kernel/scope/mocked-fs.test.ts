import fs from 'node:fs';
import { createRequire } from 'node:module';
import { expect, test } from 'mountns/vitest';
import { errorOf } from '../../failure-of.js';

// mock-fs 5 can't be loaded by Node 26.
const isLoadable = Number.parseInt(process.versions.node, 10) < 26;
const mock: ((files: object) => void) & { restore(): void } =
  isLoadable && createRequire(import.meta.url)('mock-fs');

const REFUSAL = `cannot use this mount namespace: mock-fs, or the like, has replaced the fs of this process
  fix:  call mock.restore() first`;

function countDescriptors(): number {
  return fs.readdirSync('/proc/self/fd').length;
}

test.skipIf(!isLoadable)('no scope is entered while mock-fs is active', async ({ withMountNamespace }) => {
  await withMountNamespace(() => {});
  const before = countDescriptors();
  mock({ '/etc/app': { a: '1' } });
  const failure = await errorOf(() => withMountNamespace(() => {})).finally(() => mock.restore());
  expect(failure.message).toBe(REFUSAL);
  expect(countDescriptors()).toBe(before);
  await withMountNamespace((ns) => ns.tmpfs('/mnt/test_mount'));
});

test.skipIf(!isLoadable)('a scope is left while mock-fs is active', async ({ withMountNamespace, host }) => {
  await withMountNamespace((ns) => ns.tmpfs('/mnt/test_mount'));
  const before = countDescriptors();
  for (const copyOnWrite of [false, ['/etc']]) {
    await withMountNamespace({ copyOnWrite }, (ns) => {
      ns.tmpfs('/mnt/test_mount');
      mock({ '/x': '1' });
      expect(() => ns.tmpfs('/mnt/other')).toThrow(REFUSAL);
    }).finally(() => {
      expect(fs.readdirSync('/')).toContain('x');
      mock.restore();
    });
    expect('/mnt/test_mount').not.toBeMountPoint();
    expect(countDescriptors()).toBe(before);
  }
  expect(host).not.toHaveMount('/mnt/test_mount');
});
