import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'mountns/vitest';
import { onTestFinished } from 'vitest';
import { TableWatch } from '../../../src/mounts/table-watch.js';
import { requireEntered } from '../../../src/namespace/guard.js';

function watchTable(): TableWatch {
  const watch = new TableWatch(requireEntered().procFd);
  onTestFinished(() => watch.close());
  return watch;
}

test('tells of each change once', ({ ns }) => {
  const watch = watchTable();
  expect(watch.hasChanged()).toBe(false);
  ns.tmpfs('/mnt/test_mount');
  expect(watch.hasChanged()).toBe(true);
  expect(watch.hasChanged()).toBe(false);
});

test('a table is untouched until something is mounted', ({ ns }) => {
  const watch = watchTable();
  ns.tmpfs('/mnt/test_mount');
  watch.begin();
  expect(watch.isUntouched()).toBe(true);
  ns.umount('/mnt/test_mount');
  expect(watch.isUntouched()).toBe(false);
});

test('no table is certainly untouched while a child could change it, at the beginning or now', async () => {
  const watch = watchTable();
  watch.begin();
  const child = spawn('cat', { stdio: ['pipe', 'ignore', 'ignore'] });
  expect(watch.isUntouched()).toBe(false);
  watch.begin();
  child.kill();
  await once(child, 'exit');
  expect(watch.isUntouched()).toBe(false);
  watch.begin();
  expect(watch.isUntouched()).toBe(true);
});
