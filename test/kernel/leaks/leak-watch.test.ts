import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { constants } from 'node:os';
import { expect, test } from 'mountns/vitest';
import { onTestFinished } from 'vitest';
import { hookSystemCalls } from '../../../native/libc.cjs';
import { LeakWatch } from '../../../src/leaks/leak-watch.js';
import { type EnteredNamespace, namespaceRecord } from '../../../src/namespace/namespace-record.cjs';
import { OtherNamespace, sharedDirectory } from '../matchers/host-side.js';

const entered = namespaceRecord.entered as EnteredNamespace;

/** A namespace that the one of this test is now copied to plays the host. */
async function copyAsHost(): Promise<EnteredNamespace> {
  const other = await OtherNamespace.start('unchanged', process);
  const mountInfoFd = fs.openSync(`/proc/${other.pid}/mountinfo`, 'r');
  onTestFinished(() => fs.closeSync(mountInfoFd));
  return { ...entered, host: { ...entered.host, mountInfoFd } };
}

test('finds out whose a mount on the host is also where the host can’t be watched', async ({ ns }) => {
  ns.tmpfs('/mnt/shared');
  fs.mkdirSync('/mnt/shared/leak');
  ns.propagation('/mnt/shared', 'shared');
  const copy = await copyAsHost();

  let opened = 0;
  hookSystemCalls((name) => (name === 'openat' && opened++ === 1 ? constants.errno.EACCES : undefined));
  const watch = new LeakWatch(copy);
  hookSystemCalls(undefined);
  ns.tmpfs('/mnt/shared/leak');
  watch.onScopeLeaving();

  const tie = expect.stringMatching(
    /^it is in peer group \d+ with the one on \/mnt\/shared\/leak of this worker$/,
  );
  const mount = expect.objectContaining({ mountPoint: '/mnt/shared/leak' });
  expect(watch.finish().mounts).toEqual([{ mount, tie }]);
});

test('tells of the mount points that were made on file systems of the host, and of no others', ({ ns }) => {
  const directory = sharedDirectory();
  ns.tmpfs('/mnt/own');
  const [onHost, onOwn] = [directory, '/mnt/own'].map((parent) => `${parent}/new`) as [string, string];
  // The clock of the file system is up to a tick behind: one that is made at once counts too.
  const watch = new LeakWatch(entered);
  for (const mountPoint of [onHost, onOwn]) {
    fs.mkdirSync(mountPoint);
    ns.tmpfs(mountPoint);
  }
  const { mountPoints } = watch.finish();
  ns.umount(onHost);
  fs.rmdirSync(onHost);
  expect(mountPoints).toEqual([onHost]);
});

test('finds out whose remount it was where other mounts of the file system were read-only before', async ({
  ns,
}) => {
  ns.tmpfs('/mnt/first');
  for (const target of ['/mnt/own', '/mnt/last']) ns.bind('/mnt/first', target);
  for (const mountPoint of ['/mnt/first', '/mnt/last']) ns.readonly(mountPoint);
  const watch = new LeakWatch(await copyAsHost());
  execFileSync('mount', ['-o', 'remount,ro', '/mnt/own']);
  const own = expect.objectContaining({ mountPoint: '/mnt/own' });
  expect(watch.finish().superblocks).toEqual([expect.objectContaining({ own })]);
});

test('keeps no descriptors', () => {
  const descriptors = fs.readdirSync('/proc/self/fd').length;
  new LeakWatch(entered).finish();
  expect(fs.readdirSync('/proc/self/fd')).toHaveLength(descriptors);
});
