import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

const repository = path.resolve('.');
const preload = `${repository}/dist/src/register.cjs`;

/** A root directory on a file system that no table shows which is read in the chroot: it is mounted outside. */
const ENTER = `
mount -t tmpfs tmpfs "$0"
mkdir "$0/root"
for shown in /bin /lib /lib64 /usr /proc /dev "$1" "$2"; do
  [ -e "$shown" ] || continue
  mkdir -p "$0/root$shown"
  mount --rbind "$shown" "$0/root$shown"
done
root=$0
shift 2
export OUTSIDE="$(cut -d ' ' -f 3 /proc/self/mountinfo)"
# Its parent is the host: one that is in the chroot too.
chroot "$root/root" sh -c 'cd /usr && "$@" || exit' sh "$@"
ls "$root/root"`;

/** What an ES module prints that runs in such a chroot, and what is in its root directory afterwards. */
function runInChroot(script: string): { printed: string; root: string[] } {
  const place = fs.mkdtempSync(path.join(os.tmpdir(), 'mountns-chroot-'));
  onTestFinished(() => fs.rmdirSync(place));
  const { execPath } = process;
  const node = [execPath, '--require', preload, '--input-type=module', '--eval', script];
  const inside = ['sh', '-euc', ENTER, place, repository, path.dirname(execPath), ...node];
  const output = execFileSync('unshare', ['--mount', '--propagation', 'private', ...inside], {
    encoding: 'utf8',
    cwd: '/',
    env: { ...process.env, MOUNTNS_NAMESPACE: '', MOUNTNS_HOST: '', NODE_OPTIONS: '' },
  });
  const [printed, root] = output.split('\0') as [string, string];
  const shown = ['bin', 'lib', 'lib64', 'usr', 'proc', 'dev', ...[repository, execPath].map(topOf)];
  return {
    printed,
    root: root
      .trim()
      .split('\n')
      .filter((name) => !shown.includes(name)),
  };
}

function topOf(file: string): string {
  return file.split('/')[1] as string;
}

test('in a chroot, a missing mount point is not made on the file system of the root, nor in a process of node:test', () => {
  const child = `
    import { withMountNamespace } from '${repository}/dist/src/index.js';
    await withMountNamespace((ns) => ns.tmpfs('/child/point'));`;
  const { printed, root } = runInChroot(`
    import { execFileSync } from 'node:child_process';
    import { existsSync } from 'node:fs';
    import { withMountNamespace } from '${repository}/dist/src/index.js';
    await withMountNamespace((ns) => {
      const node = ['--require', '${preload}', '--input-type=module', '--eval', ${JSON.stringify(child)}];
      execFileSync(process.execPath, node, { env: { ...process.env, NODE_TEST_CONTEXT: 'child-v8' } });
      ns.tmpfs('/missing/point');
      const onHost = existsSync('/proc/' + process.ppid + '/root/missing');
      process.stdout.write(ns.mounts().at('/missing/point').fsType + ' ' + onHost + '\\0');
    });`);
  expect(printed).toBe('tmpfs false');
  expect(root).toEqual([]);
});

test('in a chroot, the leak check finds a mount point that was left on the file system of the root', () => {
  const { printed, root } = runInChroot(`
    import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
    import { withMountNamespace } from '${repository}/dist/src/index.js';
    import { LeakCheck } from '${repository}/dist/src/leaks/leak-check.js';
    const check = LeakCheck.begin('fail');
    const start = Date.now();
    // The clock of file systems is coarser, and so behind (clock_getres(2)).
    do {
      rmSync('/clock', { force: true });
      writeFileSync('/clock', '');
    } while (statSync('/clock').birthtimeMs < start);
    rmSync('/clock');
    await withMountNamespace((ns) => {
      mkdirSync('/left');
      ns.tmpfs('/left');
    });
    process.stdout.write(check.end().map(({ message }) => message.split('\\n', 1)[0]).join() + '\\0');`);
  expect(printed).toBe('a mount point was left on the host: /left');
  expect(root).toEqual(['left']);
});

test('in a chroot, the working directory stays', () => {
  const { printed } = runInChroot(`
    import { readlinkSync } from 'node:fs';
    process.stdout.write(readlinkSync('/proc/self/cwd') + '\\0');`);
  expect(printed).toBe('/usr');
});

test('in a chroot, a file system that is mounted outside counts as one of the host', () => {
  const { printed, root } = runInChroot(`
    import { namespaceRecord } from '${repository}/dist/src/namespace/namespace-record.cjs';
    import { readFileSync } from 'node:fs';
    const { hiddenDevices } = namespaceRecord.entered.host;
    const devices = readFileSync('/proc/self/mountinfo', 'utf8').split('\\n').map((line) => line.split(' ')[2]);
    devices.push(...hiddenDevices);
    const missing = process.env.OUTSIDE.split('\\n').filter((device) => !devices.includes(device));
    process.stdout.write(JSON.stringify(missing) + '\\0');`);
  expect(JSON.parse(printed)).toEqual([]);
  expect(root).toEqual([]);
});
