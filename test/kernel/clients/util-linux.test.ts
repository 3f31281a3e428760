import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { describe, expect } from 'mountns/vitest';
import { isInUserNamespace } from '../../unprivileged.js';
import { clientTest } from './client-test.js';

describe('mount(8) and umount(8)', () => {
  clientTest('mount, bind, remount, move and unmount', ['mount', 'umount'], ({ ns, directory, run }) => {
    const [a, b, c] = ['a', 'b', 'c'].map((name) => `${directory}/${name}`) as [string, string, string];
    for (const each of [a, b, c]) fs.mkdirSync(each);
    // They keep notes in /run/mount, which are files of the host.
    ns.tmpfs('/run');

    run('mount', '-t', 'tmpfs', '-o', 'size=64k,noexec', 'from-client', a);
    expect(a).toBeMountPoint({ type: 'tmpfs', source: 'from-client', options: ['noexec', 'size=64k'] });
    fs.writeFileSync(`${a}/file`, 'content');

    run('mount', '--bind', a, b);
    run('mount', '-o', 'remount,bind,ro', b);
    expect(b).toBeReadOnly();
    expect(a).not.toBeReadOnly();
    expect(fs.readFileSync(`${b}/file`, 'utf8')).toBe('content');

    run('mount', '--make-shared', a);
    expect(a).toHavePropagation('shared');
    run('mount', '--make-private', a);

    run('mount', '--move', b, c);
    expect(b).not.toBeMountPoint();
    expect(c).toBeReadOnly();
    run('umount', a, c);
    expect(ns.mounts().under(directory)).toEqual([]);
    expect(fs.readdirSync(a)).toEqual([]);
  });

  clientTest(
    'unmount a tree, and lazily what is in use',
    ['mount', 'umount'],
    ({ ns, directory, run, fail }) => {
      ns.tmpfs(`${directory}/tree`);
      ns.tmpfs(`${directory}/tree/below`);
      const open = fs.openSync(`${directory}/tree/below/file`, 'w');
      expect(fail('umount', `${directory}/tree/below`)).toContain('target is busy');
      run('umount', '--lazy', `${directory}/tree/below`);
      run('umount', '--recursive', `${directory}/tree`);
      expect(ns.mounts().under(directory)).toEqual([]);
      fs.writeSync(open, 'still there');
      fs.closeSync(open);
    },
  );

  if (isInUserNamespace) {
    clientTest(
      'cannot unmount what came from the host, which a user namespace locks',
      ['umount'],
      ({ fail }) => {
        expect(fail('umount', '--lazy', '/proc')).toContain('not mounted');
      },
    );
  } else {
    clientTest('unmount what came from the host, in the scope only', ['umount'], ({ run }) => {
      run('umount', '--lazy', '/proc');
      expect(fs.existsSync('/proc/self')).toBe(false);
      // What is asked of the scope at the end is read there.
      run('mount', '-t', 'proc', 'proc', '/proc');
    });
  }
});

clientTest('findmnt(8) sees the mounts that ns.mounts() sees', ['findmnt'], ({ ns, directory, run }) => {
  ns.tmpfs(`${directory}/with a space`, { size: '1m' });
  ns.bind(directory, `${directory}/with a space`, { readonly: true });
  const { filesystems } = JSON.parse(
    run('findmnt', '--json', '--list', '--output', 'ID,TARGET,FSTYPE,PROPAGATION'),
  ) as { filesystems: { id: number; target: string; fstype: string; propagation: string }[] };
  expect(filesystems.map(({ id, target, fstype }) => [id, target, fstype])).toEqual(
    [...ns.mounts()].map((mount) => [mount.id, mount.mountPoint, mount.fsType]),
  );
  expect(filesystems.filter(({ target }) => target === `${directory}/with a space`)).toHaveLength(2);
  expect(filesystems.filter(({ propagation }) => propagation !== 'private')).toEqual([]);
});

describe('unshare(1)', () => {
  clientTest(
    'starts from the tree of the scope, and keeps what it mounts',
    ['unshare'],
    ({ ns, directory, run }) => {
      fs.writeFileSync(`${directory}/file`, 'of the scope');
      fs.mkdirSync(`${directory}/mnt`);
      const script = `cat ${directory}/file; mount -t tmpfs tmpfs ${directory}/mnt; touch ${directory}/mnt/inside; umount -l ${directory}`;
      // Without a change of propagation, what leaks would reach the scope.
      for (const propagation of ['unchanged', 'private', 'slave', 'shared']) {
        const flags = ['--mount', '--propagation', propagation];
        expect(run('unshare', ...flags, 'sh', '-euc', script)).toBe('of the scope');
      }
      expect(ns.mounts().under(directory)).toEqual([]);
      expect(fs.readdirSync(`${directory}/mnt`)).toEqual([]);
      expect('/proc').toBeMountPoint({ type: 'proc' });
    },
  );

  clientTest('makes a user namespace, with a file system of its own', ['unshare'], ({ directory, run }) => {
    fs.writeFileSync(`${directory}/file`, 'of the scope');
    const script = `cat ${directory}/file; mount -t tmpfs tmpfs /mnt; cat /proc/self/uid_map`;
    const out = run('unshare', '--user', '--map-root-user', '--mount', 'sh', '-euc', script);
    expect(out).toMatch(/^of the scope *0 +0 +1\n$/);
  });

  clientTest('makes a pid namespace with its own /proc', ['unshare'], ({ run }) => {
    const flags = ['--fork', '--pid', '--mount-proc', '--kill-child'];
    expect(
      run('unshare', ...flags, 'sh', '-c', 'readlink /proc/self; sleep 1000 & ls -d /proc/[0-9]*'),
    ).toMatch(/^\d\n\/proc\/1\n/);
    expect(process.pid).toBe(Number(fs.readlinkSync('/proc/self')));
  });
});

describe('nsenter(1)', () => {
  clientTest('comes from outside to where the scope is', ['nsenter'], ({ directory, run }) => {
    fs.writeFileSync(`${directory}/file`, 'of the scope');
    const target = ['--target', String(process.pid), '--mount'];
    expect(run('nsenter', ...target, 'cat', `${directory}/file`)).toBe('of the scope');
    expect(run('nsenter', ...target, '--root', '--wd', 'cat', `${directory}/file`)).toBe('of the scope');
  });

  clientTest(
    'goes into a namespace that was made inside',
    ['unshare', 'nsenter'],
    async ({ directory, run, env }) => {
      const script = `mount -t tmpfs tmpfs ${directory}; touch ${directory}/further-in; echo; read line`;
      const child = spawn('unshare', ['--mount', 'sh', '-euc', script], {
        env,
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      await once(child.stdout, 'data');
      expect(run('nsenter', '--target', String(child.pid), '--mount', 'ls', directory)).toBe('further-in\n');
      expect(fs.readdirSync(directory)).toEqual([]);
      child.stdin.end('\n');
      await once(child, 'exit');
    },
  );

  clientTest('finds nothing of the scope on the host', ['nsenter'], ({ directory, run }) => {
    fs.writeFileSync(`${directory}/file`, 'of the scope');
    expect(run('nsenter', '--target', String(process.ppid), '--mount', 'ls', '-A', directory)).toBe('');
  });
});
