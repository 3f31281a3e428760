import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import type { MountTable } from 'mountns';
import { describe, expect } from 'mountns/vitest';
import { onTestFinished, test } from 'vitest';
import { readMounts } from '../../../src/mounts/read-mounts.js';
import type { OtherNamespace } from '../matchers/host-side.js';
import { cloneNamespace, inScope, mountAt } from './views.js';

/** What the man page greps for: the mounts below `dir` and their optional fields, groups numbered as they come. */
function show(table: MountTable, dir: string, groups: number[]): string[] {
  const number = (group: number) => {
    if (!groups.includes(group)) groups.push(group);
    return groups.indexOf(group) + 1;
  };
  return table.under(dir).map(({ mountPoint, peerGroup, master }) => {
    const shared = peerGroup === undefined ? '' : ` shared:${number(peerGroup)}`;
    return `${mountPoint.slice(dir.length)}${shared}${master === undefined ? '' : ` master:${number(master)}`}`;
  });
}

function mountIn(namespace: OtherNamespace, places: readonly string[]): void {
  for (const place of places) {
    namespace.run('mkdir', place);
    namespace.run('mount', '-t', 'tmpfs', 'tmpfs', place);
  }
}

describe('the worked examples of mount_namespaces(7)', () => {
  test('MS_SHARED and MS_PRIVATE', () =>
    inScope(async (ns, dir) => {
      for (const name of ['mntP', 'mntS']) ns.tmpfs(`${dir}/${name}`);
      ns.propagation(`${dir}/mntS`, 'shared');
      ns.propagation(`${dir}/mntP`, 'private');
      const groups: number[] = [];
      const before = ['/mntP', '/mntS shared:1'];
      expect(show(ns.mounts(), dir, groups)).toEqual(before);
      const second = await cloneNamespace();
      expect(show(second.mounts(), dir, groups)).toEqual(before);

      mountIn(second, [`${dir}/mntS/a`, `${dir}/mntP/b`]);
      expect(show(second.mounts(), dir, groups).sort()).toEqual([
        '/mntP',
        '/mntP/b',
        '/mntS shared:1',
        '/mntS/a shared:2',
      ]);
      expect(show(ns.mounts(), dir, groups)).toEqual(['/mntP', '/mntS shared:1', '/mntS/a shared:2']);
      expect(`${dir}/mntS/a`).toHavePropagation('shared');
      expect(`${dir}/mntP/b`).not.toBeMountPoint();
    }));

  test('MS_SLAVE', () =>
    inScope(async (ns, dir) => {
      for (const name of ['mntX', 'mntY']) {
        ns.tmpfs(`${dir}/${name}`);
        ns.propagation(`${dir}/${name}`, 'shared');
      }
      const groups: number[] = [];
      expect(show(ns.mounts(), dir, groups)).toEqual(['/mntX shared:1', '/mntY shared:2']);
      const second = await cloneNamespace();
      second.run('mount', '--make-slave', `${dir}/mntY`);
      expect(show(second.mounts(), dir, groups)).toEqual(['/mntX shared:1', '/mntY master:2']);

      mountIn(second, [`${dir}/mntX/a`, `${dir}/mntY/b`]);
      expect(show(second.mounts(), dir, groups).sort()).toEqual([
        '/mntX shared:1',
        '/mntX/a shared:3',
        '/mntY master:2',
        '/mntY/b',
      ]);
      const first = ['/mntX shared:1', '/mntX/a shared:3', '/mntY shared:2'];
      expect(show(ns.mounts(), dir, groups).sort()).toEqual(first);

      ns.tmpfs(`${dir}/mntY/c`);
      expect(show(ns.mounts(), dir, groups).sort()).toEqual([...first, '/mntY/c shared:4']);
      expect(show(second.mounts(), dir, groups)).toContain('/mntY/c master:4');
      expect(`${dir}/mntY/b`).not.toBeMountPoint();
    }));

  // The directory plays the root directory of the example.
  test.each([
    ['without it, each copy holds the copies before it', false, 24],
    ['with it, they are pruned', true, 12],
  ])('MS_UNBINDABLE: %s', (_, isUnbindable, count) =>
    inScope((ns, dir) => {
      const users = ['cecilia', 'henry', 'otto'];
      for (const user of users) fs.mkdirSync(`${dir}/home/${user}`, { recursive: true });
      for (const name of ['mntX', 'mntY']) ns.tmpfs(`${dir}/${name}`);
      const mounts = () => [
        dir,
        ...ns
          .mounts()
          .under(dir)
          .map(({ mountPoint }) => mountPoint),
      ];
      expect(mounts()).toHaveLength(3);
      for (const [index, user] of users.entries()) {
        ns.bind(dir, `${dir}/home/${user}`, { recursive: true });
        if (isUnbindable) ns.propagation(`${dir}/home/${user}`, 'unbindable');
        expect(mounts()).toHaveLength(isUnbindable ? 3 * (index + 2) : 3 * 2 ** (index + 1));
      }
      expect(mounts()).toHaveLength(count);
      expect(mounts().includes(`${dir}/home/henry/home/cecilia/mntX`)).toBe(!isUnbindable);
      // It is there, but for the mount.
      expect(fs.existsSync(`${dir}/home/henry/home/cecilia`)).toBe(true);
      if (isUnbindable) {
        const copies = users.flatMap((user) =>
          ['', '/mntX', '/mntY'].map((name) => `${dir}/home/${user}${name}`),
        );
        expect(mounts().sort()).toEqual([dir, `${dir}/mntX`, `${dir}/mntY`, ...copies].sort());
      }
    }),
  );
});

const CHROOT = `
require('${path.resolve('dist/native/directories.cjs')}').chroot(process.argv[1]);
console.log();
process.stdin.resume();
`;

test('propagate_from names the nearest group that the reader can see (proc_pid_mountinfo(5))', () =>
  inScope(async (ns, dir) => {
    // Groups: the first has a member below the root of the reader, the second, a slave of it, has none.
    ns.tmpfs(`${dir}/first`);
    ns.propagation(`${dir}/first`, 'shared');
    ns.tmpfs(`${dir}/root`);
    ns.bind(`${dir}/first`, `${dir}/root/first`);
    ns.bind(`${dir}/first`, `${dir}/second`);
    ns.propagation(`${dir}/second`, 'slave');
    ns.propagation(`${dir}/second`, 'shared');
    ns.bind(`${dir}/second`, `${dir}/root/third`);
    ns.propagation(`${dir}/root/third`, 'slave');
    const [first, second] = ['first', 'second'].map((name) => mountAt(ns, `${dir}/${name}`).peerGroup);
    expect(mountAt(ns, `${dir}/root/third`)).toMatchObject({ master: second, propagateFrom: undefined });

    const reader = spawn(process.execPath, ['-e', CHROOT, `${dir}/root`], {
      env: { PATH: process.env.PATH },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    onTestFinished(() => void reader.kill('SIGKILL'));
    await once(reader.stdout, 'data');
    const seen = readMounts(reader.pid as number);
    expect(seen.at('/first')).toMatchObject({ propagation: 'shared', peerGroup: first });
    expect(seen.at('/third')).toMatchObject({ propagation: 'slave', master: second, propagateFrom: first });
    reader.kill('SIGKILL');
    await once(reader, 'exit');
  }));
