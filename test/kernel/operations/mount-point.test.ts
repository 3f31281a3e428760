import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { MountError, withMountNamespace } from 'mountns';
import { expect, test } from 'mountns/vitest';
import { chroot } from '../../../native/directories.cjs';
import { hookSystemCalls } from '../../../native/libc.cjs';
import { temporaryDirectory } from '../../temporary-directory.js';

/** What the host's side sees in a directory: this worker's parent lives there. */
function seenByHost(directory: string): string[] {
  return fs.readdirSync(`/proc/${process.ppid}/root${directory}`).sort();
}

test('a missing mount point is there inside, and nothing of it on the host', async () => {
  const directory = temporaryDirectory();
  fs.writeFileSync(`${directory}/existing`, 'kept');
  await withMountNamespace(async (ns) => {
    ns.tmpfs(`${directory}/a/b/c`);
    fs.writeFileSync(`${directory}/a/b/c/file`, 'x');
    expect(await fs.promises.readdir(`${directory}/a/b/c`)).toEqual(['file']);
    expect(execFileSync('ls', [directory], { encoding: 'utf8' })).toBe('a\nexisting\n');
    expect(fs.readFileSync(`${directory}/existing`, 'utf8')).toBe('kept');
    expect(seenByHost(directory)).toEqual(['existing']);
  });
  expect(fs.readdirSync(directory)).toEqual(['existing']);
});

test('the nearest directory keeps its permissions, its owner and the mounts below it', async () => {
  const directory = temporaryDirectory();
  fs.mkdirSync(`${directory}/below`);
  fs.chownSync(directory, 12, 34);
  fs.chmodSync(directory, 0o1751);
  await withMountNamespace((ns) => {
    ns.tmpfs(`${directory}/below`);
    fs.writeFileSync(`${directory}/below/file`, '');
    ns.tmpfs(`${directory}/missing`);
    expect(fs.statSync(directory)).toMatchObject({ uid: 12, gid: 34, mode: 0o41751 });
    expect(fs.readdirSync(`${directory}/below`)).toEqual(['file']);
    expect(ns.mounts().at(`${directory}/below`)?.fsType).toBe('tmpfs');
  });
});

test('the nearest directory keeps the flags of its mount, read-only among them', async () => {
  const directory = temporaryDirectory();
  fs.mkdirSync(`${directory}/d`);
  await withMountNamespace((ns) => {
    ns.bind(`${directory}/d`, `${directory}/d`);
    ns.remount(`${directory}/d`, { flags: ['ro', 'nosuid', 'nodev', 'noexec', 'noatime', 'nodiratime'] });
    ns.tmpfs(`${directory}/d/missing`);
    const options = ['ro', 'nosuid', 'nodev', 'noexec', 'noatime', 'nodiratime'];
    expect(ns.mounts().at(`${directory}/d`)).toMatchObject({ fsType: 'overlay', options });
    expect(() => fs.writeFileSync(`${directory}/d/f`, '')).toThrow('EROFS');
    fs.writeFileSync(`${directory}/d/missing/f`, '');
  });
});

test('a mount of the scope itself that is read-only gets mount points too, and stays read-only', async () => {
  const directory = temporaryDirectory();
  await withMountNamespace((ns) => {
    ns.tmpfs(directory);
    ns.readonly(directory);
    ns.tmpfs(`${directory}/missing`);
    fs.writeFileSync(`${directory}/missing/f`, '');
    expect(() => fs.writeFileSync(`${directory}/f`, '')).toThrow('EROFS');
  });
});

test('a read-only directory gets one layer for all of its mount points', async () => {
  const directory = temporaryDirectory();
  fs.mkdirSync(`${directory}/d`);
  await withMountNamespace((ns) => {
    ns.readonly(`${directory}/d`);
    const names = ['a', 'b', 'c', 'd/e', 'd/f'].map((name) => `${directory}/d/${name}`);
    for (const name of names) ns.tmpfs(name);
    ns.bind('/proc/version', `${directory}/d/file`);
    const mounts = ns.mounts().under(directory);
    expect(mounts.map(({ mountPoint }) => mountPoint).sort()).toEqual(
      [`${directory}/d`, `${directory}/d`, ...names, `${directory}/d/file`].sort(),
    );
    expect(ns.mounts().at(`${directory}/d`)).toMatchObject({ fsType: 'overlay', source: 'mountns' });
    for (const place of ['', '/d']) {
      expect(() => fs.writeFileSync(`${directory}/d${place}/new`, '')).toThrow('EROFS');
    }
    fs.writeFileSync(`${directory}/d/d/e/f`, '');
    expect(seenByHost(`${directory}/d`)).toEqual([]);
  });
});

test('a read-only mount of the scope itself gets one too, and is never writable', async () => {
  const directory = temporaryDirectory();
  await withMountNamespace((ns) => {
    ns.tmpfs(directory);
    ns.readonly(directory);
    const { length } = ns.mounts();
    const seen: string[] = [];
    hookSystemCalls((syscall) => {
      if (syscall === 'mkdirat') seen.push(...(ns.mounts().at(directory)?.options.slice(0, 1) ?? []));
      return undefined;
    });
    try {
      for (const name of ['deep/er', 'deep/too', 'other']) ns.tmpfs(`${directory}/${name}`);
    } finally {
      hookSystemCalls(undefined);
    }
    expect([...new Set(seen)]).toEqual(['ro']);
    expect(ns.mounts().length).toBe(length + 4);
    expect(() => fs.writeFileSync(`${directory}/deep/f`, '')).toThrow('EROFS');
  });
});

test('nothing is made on a file system that was mounted read-only', async () => {
  const directory = temporaryDirectory();
  await withMountNamespace((ns) => {
    ns.tmpfs(`${directory}/t`);
    ns.bind(`${directory}/t`, `${directory}/b`, { readonly: true });
    ns.tmpfs(`${directory}/b/missing`);
    fs.writeFileSync(`${directory}/b/missing/f`, '');
    expect(fs.readdirSync(`${directory}/t`)).toEqual([]);
  });
});

test('mounts below the nearest directory keep their types, and hide what they hid', async () => {
  const directory = temporaryDirectory();
  for (const name of ['unbindable', 'shared', 'stacked']) fs.mkdirSync(`${directory}/${name}`);
  await withMountNamespace((ns) => {
    ns.tmpfs(`${directory}/unbindable`);
    ns.tmpfs(`${directory}/unbindable/below`);
    ns.propagation(`${directory}/unbindable`, 'unbindable', { recursive: true });
    ns.tmpfs(`${directory}/shared`);
    ns.propagation(`${directory}/shared`, 'shared');
    ns.tmpfs(`${directory}/stacked`);
    fs.writeFileSync(`${directory}/stacked/beneath`, '');
    ns.tmpfs(`${directory}/stacked/hidden`);
    ns.tmpfs(`${directory}/stacked`);
    ns.tmpfs(`${directory}/missing`);
    const seen = ['unbindable', 'unbindable/below', 'shared', 'stacked'].map(
      (name) => ns.mounts().at(`${directory}/${name}`)?.propagation,
    );
    expect(seen).toEqual(['unbindable', 'unbindable', 'shared', 'private']);
    expect(ns.mounts().at(`${directory}/stacked/hidden`)).toBeUndefined();
    ns.umount(`${directory}/stacked`);
    expect(fs.readdirSync(`${directory}/stacked`)).toEqual(['beneath', 'hidden']);
  });
});

test('mounts on a file below the nearest directory hide what they hid', async () => {
  const directory = temporaryDirectory();
  const file = `${directory}/file`;
  fs.writeFileSync(file, 'content');
  await withMountNamespace((ns) => {
    ns.readonly(file);
    ns.mask(file);
    ns.induce('EIO', file);
    ns.tmpfs(`${directory}/missing`);
    expect(() => fs.readFileSync(file)).toThrow('EIO');
    ns.umount(file);
    expect(fs.readFileSync(file, 'utf8')).toBe('');
    ns.umount(file);
    expect(fs.readFileSync(file, 'utf8')).toBe('content');
    expect(file).toBeReadOnly();
    expect(ns.mounts().filter({ source: 'mountns' })).toHaveLength(1);
  });
});

test('a missing directory right below / is provided too, and cwd stays where it was', async () => {
  const cwd = process.cwd();
  const name = `/mountns-${process.pid}`;
  await withMountNamespace((ns) => {
    ns.tmpfs(name);
    expect(ns).toBeIsolatedFromHost(name);
    expect(process.cwd()).toBe(cwd);
    expect(fs.existsSync('package.json')).toBe(true);
    expect(fs.existsSync(`/proc/${process.ppid}/root${name}`)).toBe(false);
  });
  expect(fs.existsSync(name)).toBe(false);
});

test('inside a mount of the scope itself, the directory is simply made', async () => {
  const directory = temporaryDirectory();
  await withMountNamespace((ns) => {
    ns.tmpfs(directory);
    const { length } = ns.mounts();
    ns.tmpfs(`${directory}/deeper/still`);
    expect(ns.mounts().length).toBe(length + 1);
  });
});

test('a file on the way is an error that leaves everything as it was', async () => {
  const directory = temporaryDirectory();
  fs.writeFileSync(`${directory}/file`, '');
  await withMountNamespace((ns) => {
    const before = String(ns.mounts());
    expect(() => ns.tmpfs(`${directory}/file/below`)).toThrow(
      expect.objectContaining({ name: 'MountError', code: 'ENOTDIR' }),
    );
    expect(String(ns.mounts())).toBe(before);
  });
});

test('a symbolic link on the way is refused, with the path that it stands for', async () => {
  const directory = temporaryDirectory();
  fs.mkdirSync(`${directory}/real`);
  fs.symlinkSync('real', `${directory}/link`);
  await withMountNamespace((ns) => {
    expect(() => ns.tmpfs(`${directory}/link`)).toThrow(MountError);
    expect(() => ns.tmpfs(`${directory}/link`)).toThrow(
      `cannot use ${directory}/link: ${directory}/link is a symbolic link\n` +
        '  why:  mountns follows no symbolic links to mount points, a link could lead elsewhere\n' +
        `  fix:  give the path that it stands for: ${directory}/real`,
    );
  });
});

/** Runs `script` where the host has mounted a tmpfs on `directory`; returns the names that are in that afterwards. */
function leftOnTmpfs(source: string, directory: string, script: string): string {
  const shell =
    'mount -t tmpfs "$1" "$2" && exec 3<"$2" && "$3" --require "$4" --input-type=module -e "$5" && ls /proc/self/fd/3/';
  const register = path.resolve('dist/src/register.cjs');
  const args = ['sh', source, directory, process.execPath, register, script];
  const env = { ...process.env, MOUNTNS_NAMESPACE: '', MOUNTNS_HOST: '' };
  const unshare = ['--mount', '--propagation', 'private', 'sh', '-c', shell, ...args];
  return execFileSync('unshare', unshare, { env, encoding: 'utf8' });
}

test('nothing is made on a file system of the host that calls itself what layers are called', () => {
  const directory = temporaryDirectory();
  const script = `
    import { withMountNamespace } from 'mountns';
    await withMountNamespace((ns) => ns.tmpfs(${JSON.stringify(`${directory}/missing/deep`)}));`;
  expect(leftOnTmpfs('mountns', directory, script)).toBe('');
});

test('nothing is made on a file system that the host has unmounted meanwhile', () => {
  const directory = temporaryDirectory();
  const script = `
    import { execFileSync } from 'node:child_process';
    import fs from 'node:fs';
    import { withMountNamespace } from 'mountns';
    const directory = ${JSON.stringify(directory)};
    await withMountNamespace((ns) => {
      execFileSync('nsenter', ['--mount', '--target', String(process.ppid), 'umount', '--lazy', directory]);
      if (ns.host.mounts().at(directory) !== undefined) throw new Error('still mounted');
      ns.tmpfs(directory + '/missing/deep');
      fs.writeFileSync(directory + '/missing/deep/file', '');
      // Left, the scope would remove what it has made.
      process.exit();
    });`;
  expect(leftOnTmpfs('disk', directory, script)).toBe('');
});

test('nothing is made on a file system that the host has mounted meanwhile', async () => {
  const [own, directory] = [temporaryDirectory(), temporaryDirectory()];
  const host = ['--mount', '--target', String(process.ppid)];
  const name = `mountns-${process.pid}`;
  // All of one ipc namespace are one file system.
  await withMountNamespace((ns) => {
    ns.mount({ target: own, type: 'mqueue' });
    execFileSync('nsenter', [...host, 'mount', '-t', 'mqueue', 'mqueue', directory]);
    try {
      const before = seenByHost(directory);
      ns.bind('/dev/null', `${own}/${name}`);
      expect(fs.readdirSync(own)).toContain(name);
      const after = seenByHost(directory);
      ns.umount(`${own}/${name}`);
      expect(after).toEqual(before);
    } finally {
      fs.rmSync(`/proc/${process.ppid}/root${directory}/${name}`, { force: true });
      execFileSync('nsenter', [...host, 'umount', directory]);
    }
  });
});

test('nothing is made where the root directory is that of a chroot, and no mount point', async () => {
  const directory = temporaryDirectory();
  await withMountNamespace((ns) => {
    chroot(directory);
    process.chdir('/');
    ns.tmpfs('/missing');
    fs.writeFileSync('/missing/file', '');
  });
  expect(fs.readdirSync(directory)).toEqual([]);
});

test('a killed worker leaves no mount and no directory', async () => {
  const directory = temporaryDirectory();
  const script = `
    import { withMountNamespace } from 'mountns';
    await withMountNamespace(async (ns) => {
      ns.tmpfs(${JSON.stringify(`${directory}/missing/deep`)});
      console.log('mounted');
      await new Promise((resolve) => setInterval(resolve, 1e6));
    });`;
  const env = { ...process.env, MOUNTNS_NAMESPACE: '', MOUNTNS_HOST: '' };
  const child = spawn(
    process.execPath,
    ['--require', path.resolve('dist/src/register.cjs'), '--input-type=module', '-e', script],
    { env, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  expect(String((await once(child.stdout, 'data'))[0])).toBe('mounted\n');
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(seenByHost(directory)).toEqual([]);
  expect(fs.readFileSync(`/proc/${process.ppid}/mountinfo`, 'utf8')).not.toContain(directory);
});

test('a scope leaves no mount points in a file system of the scope around it', async () => {
  const directory = temporaryDirectory();
  await withMountNamespace(async (outer) => {
    outer.tmpfs(directory);
    await withMountNamespace(async (inner) => {
      inner.tmpfs(`${directory}/a/b`);
      inner.bind('/etc/hosts', `${directory}/file`);
      inner.tmpfs(`${directory}/used/by/tests`);
      fs.writeFileSync(`${directory}/used/written`, '');
      await withMountNamespace((innermost) => innermost.tmpfs(`${directory}/a/c`));
      expect(fs.readdirSync(`${directory}/a`)).toEqual(['b']);
    });
    expect(fs.readdirSync(directory)).toEqual(['used']);
    expect(fs.readdirSync(`${directory}/used`)).toEqual(['written']);
    outer.tmpfs(`${directory}/own`);
    await withMountNamespace(() => {});
    outer.umount(`${directory}/own`);
    expect(fs.readdirSync(directory).sort()).toEqual(['own', 'used']);
  });
});

test('a scope leaves what a test has made itself, where a mount point was', async () => {
  const directory = temporaryDirectory();
  await withMountNamespace(async (outer) => {
    outer.tmpfs(directory);
    await withMountNamespace((inner) => {
      for (const name of ['own', 'file']) {
        inner.tmpfs(`${directory}/${name}`);
        inner.umount(`${directory}/${name}`);
        fs.rmdirSync(`${directory}/${name}`);
      }
      fs.mkdirSync(`${directory}/own`);
      fs.writeFileSync(`${directory}/file`, '');
      inner.bind('/etc/hosts', `${directory}/written`);
      inner.umount(`${directory}/written`);
      fs.writeFileSync(`${directory}/written`, 'content');
    });
    expect(fs.readdirSync(directory).sort()).toEqual(['file', 'own', 'written']);
  });
});
