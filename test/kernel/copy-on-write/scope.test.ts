import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import {
  enterMountNamespace,
  MountError,
  type MountNamespace,
  NamespaceError,
  withMountNamespace,
} from 'mountns';
import { describe, expect, test } from 'mountns/vitest';
import { chroot } from '../../../native/directories.cjs';
import { hookSystemCalls } from '../../../native/libc.cjs';
import { contentOf, makeDecoys, onHost, requireContained } from './decoys.js';

const table = () => fs.readFileSync('/proc/self/mountinfo', 'utf8');
const mount = (...args: string[]) => execFileSync('mount', args);
/** What umount(8) says to it, which is nothing when it works. */
const umount = (...args: string[]) => spawnSync('umount', args, { encoding: 'utf8' }).stderr;

describe('a copy-on-write scope', () => {
  test('keeps what sync code, async code and children write to itself', async () => {
    const decoys = makeDecoys({ kept: 'old', 'sub/deep/file': 'old' });
    const before = contentOf(decoys);
    const tableBefore = table();
    await withMountNamespace({ copyOnWrite: true }, async (ns) => {
      requireContained(decoys);
      fs.appendFileSync(`${decoys}/kept`, ' and new');
      await fs.promises.writeFile(`${decoys}/async`, '');
      execFileSync('touch', [`${decoys}/child`]);
      fs.rmSync(`${decoys}/sub`, { recursive: true });
      fs.chmodSync(decoys, 0o751);
      expect(fs.readFileSync(`${decoys}/kept`, 'utf8')).toBe('old and new');
      expect(contentOf(onHost(decoys))).toEqual(before);
      expect(ns.changes()).toEqual({
        created: [`${decoys}/async`, `${decoys}/child`],
        modified: [decoys, `${decoys}/kept`],
        deleted: [`${decoys}/sub`],
      });
    });
    expect(contentOf(decoys)).toEqual(before);
    expect(table()).toBe(tableBefore);
  });

  test('survives that everything which is not the kernel’s own is deleted', async () => {
    const decoys = makeDecoys({ file: 'old' });
    await withMountNamespace({ copyOnWrite: true }, () => {
      requireContained(decoys);
      requireContained('/etc');
      requireContained('/dev/shm');
      fs.rmSync('/etc', { recursive: true });
      expect(fs.existsSync('/etc/passwd')).toBe(false);
      expect(fs.existsSync(onHost('/etc/passwd'))).toBe(true);
      fs.writeFileSync('/dev/null', 'devices work');
      expect(() => fs.writeFileSync('/dev/new', '')).toThrow('EROFS');
      fs.writeFileSync('/dev/shm/mountns-new', '');
      expect(fs.existsSync(onHost('/dev/shm/mountns-new'))).toBe(false);
    });
    expect(fs.existsSync('/etc/passwd')).toBe(true);
  });

  test('removes a directory once what is mounted below it is unmounted, as /etc/hosts is in a container', async () => {
    const decoys = makeDecoys({ 'etc/hosts': '', 'etc/passwd': '', bound: 'content' });
    await withMountNamespace(async (outer) => {
      outer.bind(`${decoys}/bound`, `${decoys}/etc/hosts`);
      const before = contentOf(decoys);
      await withMountNamespace({ copyOnWrite: true }, (ns) => {
        requireContained(decoys);
        const remove = () => fs.rmSync(`${decoys}/etc`, { recursive: true });
        // From Node 24 on it says "Unknown error", and then what libc says.
        expect(remove).toThrow(/resource busy/i);
        for (const { mountPoint } of ns.mounts().under(`${decoys}/etc`)) ns.umount(mountPoint);
        remove();
        expect(ns.changes().deleted).toEqual([`${decoys}/etc`]);
      });
      expect(contentOf(decoys)).toEqual(before);
    });
  });

  test('protects only the named directories, and the mounts below them', async () => {
    const decoys = makeDecoys({ 'named/file': '', 'named/disk/x': '', 'other/file': '' });
    await withMountNamespace(async (outer) => {
      outer.tmpfs(`${decoys}/named/disk`);
      fs.writeFileSync(`${decoys}/named/disk/file`, '');
      await withMountNamespace({ copyOnWrite: [`${decoys}/named`] }, (ns) => {
        requireContained(`${decoys}/named`);
        fs.rmSync(`${decoys}/named/file`);
        fs.rmSync(`${decoys}/named/disk/file`);
        fs.writeFileSync(`${decoys}/other/new`, '');
        expect(ns.changes()).toEqual({
          created: [],
          modified: [],
          deleted: [`${decoys}/named/disk/file`, `${decoys}/named/file`],
        });
      });
      expect(fs.readdirSync(`${decoys}/named/disk`)).toEqual(['file']);
      expect(fs.readdirSync(`${decoys}/named`)).toEqual(['disk', 'file']);
    });
    expect(fs.readdirSync(`${decoys}/other`)).toEqual(['file', 'new']);
  });

  test('takes a named directory that lies in another as a part of that', async () => {
    const decoys = makeDecoys({ 'named/sub/file': '' });
    const before = contentOf(decoys);
    const named = `${decoys}/named`;
    await withMountNamespace({ copyOnWrite: [`${named}/sub`, named] }, () => {
      requireContained(`${named}/sub`);
      fs.rmSync(`${named}/sub`, { recursive: true });
      expect(fs.readdirSync(named)).toEqual([]);
    });
    expect(contentOf(decoys)).toEqual(before);
  });

  test('protects everything when the named directory is the root', async () => {
    const decoys = makeDecoys({ file: '' });
    await withMountNamespace({ copyOnWrite: ['/', '/etc'] }, (ns) => {
      requireContained(decoys);
      requireContained('/dev/shm');
      fs.rmSync(`${decoys}/file`);
      expect(ns.changes().deleted).toEqual([`${decoys}/file`]);
    });
    expect(fs.readdirSync(decoys)).toEqual(['file']);
  });

  test('uncovers nothing that can be written to when its mounts are taken away', async () => {
    const decoys = makeDecoys({ 'disk/below': '' });
    await withMountNamespace(async (outer) => {
      outer.tmpfs(`${decoys}/disk`);
      fs.writeFileSync(`${decoys}/disk/file`, 'old');
      await withMountNamespace({ copyOnWrite: true }, (ns) => {
        ns.umount(`${decoys}/disk`);
        expect(fs.readdirSync(`${decoys}/disk`)).toEqual(['below']);
        fs.writeFileSync(`${decoys}/disk/below`, 'new');
        expect(fs.readFileSync(onHost(`${decoys}/disk/below`), 'utf8')).toBe('');
      });
      await withMountNamespace({ copyOnWrite: [`${decoys}/disk`] }, (ns) => {
        ns.umount(`${decoys}/disk`);
        expect(fs.readdirSync(`${decoys}/disk`)).toEqual([]);
        expect(() => fs.writeFileSync(`${decoys}/disk/below`, 'new')).toThrow('EROFS');
        expect(() => ns.umount(`${decoys}/disk`)).toThrow('EINVAL');
        expect(umount(`${decoys}/disk`)).toContain('busy');
        ns.remount(`${decoys}/disk`, { flags: ['rw'] });
        fs.writeFileSync(`${decoys}/disk/below`, 'new');
        expect(fs.readFileSync(onHost(`${decoys}/disk/below`), 'utf8')).toBe('');
      });
      expect(fs.readFileSync(`${decoys}/disk/file`, 'utf8')).toBe('old');
      mount('-o', 'remount,bind,ro', `${decoys}/disk`);
      await withMountNamespace({ copyOnWrite: [`${decoys}/disk`] }, (ns) => {
        ns.umount(`${decoys}/disk`);
        expect(() => fs.writeFileSync(`${decoys}/disk/below`, 'new')).toThrow('EROFS');
      });
    });
    expect(fs.readFileSync(`${decoys}/disk/below`, 'utf8')).toBe('');
  });

  test('keeps the layer of a directory that is no mount point, whoever unmounts it', async () => {
    const decoys = makeDecoys({ 'named/file': 'old' });
    const named = `${decoys}/named`;
    const expectPinned = async (ns: MountNamespace) => {
      const why = `${named} is not a mount point: the scope has made it copy-on-write`;
      const refusal = { name: 'MountError', code: 'EINVAL', path: named, why };
      expect(() => ns.umount(named)).toThrow(expect.objectContaining({ ...refusal, syscall: 'umount2' }));
      expect(() => ns.umount(named, { lazy: true })).toThrow(expect.objectContaining(refusal));
      const moved = { ...refusal, syscall: 'move_mount', dest: '/mnt/moved' };
      expect(() => ns.move(named, '/mnt/moved')).toThrow(expect.objectContaining(moved));
      expect(umount(named)).toContain('busy');
      expect(umount('--recursive', named)).toContain('busy');
      ns.tmpfs(named);
      ns.umount(named);
      expect(fs.readdirSync(named)).toContain('kept');
    };
    await withMountNamespace({ copyOnWrite: [named] }, async (outer) => {
      fs.writeFileSync(`${named}/kept`, '');
      await expectPinned(outer);
      await withMountNamespace(expectPinned);
      await withMountNamespace({ copyOnWrite: [named] }, expectPinned);
      await withMountNamespace({ copyOnWrite: ['/srv'] }, expectPinned);
      await withMountNamespace({ copyOnWrite: true }, expectPinned);
      expect(outer.changes()).toEqual({ created: [`${named}/kept`], modified: [], deleted: [] });
      expect(umount('--lazy', named)).toBe('');
      expect(fs.readdirSync(named)).toEqual([]);
      expect(() => fs.writeFileSync(`${named}/escaped`, '')).toThrow('EROFS');
      expect(umount(named)).toContain('busy');
      expect(outer.changes().created).toEqual([`${named}/kept`]);
    });
    expect(contentOf(decoys)).toHaveLength(2);
  });

  describe('keeps that layer, and what is beneath it,', () => {
    const expectKept = (ns: MountNamespace, named: string) => {
      for (let time = 0; time < 2; time++) {
        expect(() => ns.umount(named)).toThrow('EINVAL');
        expect(() => ns.move(named, '/mnt/moved')).toThrow('EINVAL');
        expect(umount(named)).toContain('busy');
      }
      expect(umount('--lazy', named)).toBe('');
      expect(() => ns.umount(named)).toThrow('EINVAL');
      expect(umount(named)).toContain('busy');
      expect(() => fs.writeFileSync(`${named}/file`, 'new')).toThrow('EROFS');
    };
    const COPYING: Record<string, (ns: MountNamespace, decoys: string) => void> = {
      EACCES: (ns, decoys) => ns.induce('EACCES', decoys),
      EBUSY: (ns, decoys) => ns.induce('EBUSY', decoys),
      'a covered layer, EXDEV': (ns, decoys) => {
        ns.tmpfs(`${decoys}/named`);
        ns.induce('EXDEV', decoys);
        ns.umount(`${decoys}/named`);
      },
      readonly: (ns, decoys) => ns.readonly(decoys),
      'a layer for a missing mount point': (ns) => ns.tmpfs('/mountns-missing'),
      'a recursive bind': (ns, decoys) => ns.bind(decoys, decoys, { recursive: true }),
    };
    test.each(Object.entries(COPYING))('in a copy of the tree: %s', async (_, copy) => {
      const decoys = makeDecoys({ 'named/file': 'old' });
      const named = `${decoys}/named`;
      await withMountNamespace({ copyOnWrite: [named] }, async (ns) => {
        copy(ns, decoys);
        await withMountNamespace((inner) => expectKept(inner, named));
        expectKept(ns, named);
      });
      expect(fs.readFileSync(`${named}/file`, 'utf8')).toBe('old');
    });

    test('below what it is covered with, in a scope inside too', async () => {
      const decoys = makeDecoys({ 'named/file': 'old' });
      const named = `${decoys}/named`;
      await withMountNamespace({ copyOnWrite: [named] }, async (outer) => {
        outer.tmpfs(named);
        for (const uncover of [() => umount(named), (ns: MountNamespace) => ns.umount(named)]) {
          await withMountNamespace((inner) => {
            uncover(inner);
            expectKept(inner, named);
          });
        }
        expect(fs.readdirSync(named)).toEqual([]);
        await withMountNamespace({ copyOnWrite: ['/srv'] }, (inner) => {
          inner.umount(named);
          expectKept(inner, named);
        });
      });
      expect(fs.readFileSync(`${named}/file`, 'utf8')).toBe('old');
    });

    test('in a new root', async () => {
      const decoys = makeDecoys({ 'named/file': 'old' });
      await withMountNamespace({ copyOnWrite: [`${decoys}/named`] }, (ns) => {
        ns.pivotRoot(decoys);
        for (let time = 0; time < 2; time++) expect(() => ns.umount('/named')).toThrow('EINVAL');
      });
      expect(fs.readFileSync(`${decoys}/named/file`, 'utf8')).toBe('old');
    });

    test('but not what was bound over it', async () => {
      const decoys = makeDecoys({ 'named/file': 'old' });
      const named = `${decoys}/named`;
      await withMountNamespace({ copyOnWrite: [named] }, async (ns) => {
        ns.bind(named, named);
        ns.induce('EBUSY', named);
        ns.bind(named, '/mnt/bound');
        await withMountNamespace((inner) => {
          for (let time = 0; time < 2; time++) inner.umount(named);
          expectKept(inner, named);
        });
        expect(umount(named)).toBe('');
        ns.umount(named);
        expectKept(ns, named);
        ns.umount('/mnt/bound');
      });
    });
  });

  test('protects a file that is mounted over another', async () => {
    const decoys = makeDecoys({ target: '' });
    await withMountNamespace(async () => {
      // From a file system that is seen nowhere else, as a container's resolv.conf is.
      mount('-t', 'tmpfs', 'tmpfs', '/mnt');
      fs.writeFileSync('/mnt/source', 'old', { mode: 0o640 });
      mount('--bind', '/mnt/source', `${decoys}/target`);
      execFileSync('umount', ['/mnt']);
      await withMountNamespace({ copyOnWrite: true }, (ns) => {
        expect(fs.statSync(`${decoys}/target`).mode & 0o777).toBe(0o640);
        expect(ns.changes()).toEqual({ created: [], modified: [], deleted: [] });
        fs.writeFileSync(`${decoys}/target`, 'new');
        expect(ns.changes()).toEqual({ created: [], modified: [`${decoys}/target`], deleted: [] });
      });
      expect(fs.readFileSync(`${decoys}/target`, 'utf8')).toBe('old');
    });
  });

  test('shows what was deleted while it is mounted, and never what has its name now', async () => {
    const decoys = makeDecoys({
      'dir/x': '',
      file: 'old',
      fixed: 'old',
      'at/dir/x': '',
      'at/file': '',
      'at/fixed': '',
    });
    await withMountNamespace(async () => {
      for (const name of ['dir', 'file', 'fixed'])
        mount('--bind', `${decoys}/${name}`, `${decoys}/at/${name}`);
      mount('-o', 'remount,bind,ro', `${decoys}/at/fixed`);
      for (const name of ['dir', 'file', 'fixed']) fs.rmSync(`${decoys}/${name}`, { recursive: true });
      for (const copyOnWrite of [true, [decoys], [`${decoys}/at/dir`, `${decoys}/at`]]) {
        await withMountNamespace({ copyOnWrite }, async (ns) => {
          expect(ns.changes()).toEqual({ created: [], modified: [], deleted: [] });
          expect(fs.readdirSync(`${decoys}/at/dir`)).toEqual([]);
          expect(fs.readFileSync(`${decoys}/at/fixed`, 'utf8')).toBe('old');
          expect(() => fs.writeFileSync(`${decoys}/at/fixed`, 'new')).toThrow('EROFS');
          fs.writeFileSync(`${decoys}/at/dir/new`, '');
          fs.writeFileSync(`${decoys}/at/file`, 'new');
          const changes = { created: [`${decoys}/at/dir/new`], modified: [`${decoys}/at/file`], deleted: [] };
          expect(ns.changes()).toEqual(changes);
          await withMountNamespace({ copyOnWrite }, (inner) => {
            expect(fs.readdirSync(`${decoys}/at/dir`)).toEqual(['new']);
            expect(fs.readFileSync(`${decoys}/at/file`, 'utf8')).toBe('new');
            expect(inner.changes()).toEqual({ created: [], modified: [], deleted: [] });
          });
        });
        expect(fs.readFileSync(`${decoys}/at/file`, 'utf8')).toBe('old');
        for (const name of ['dir', 'file', 'fixed']) {
          fs.mkdirSync(`${decoys}/${name}/deleted`, { recursive: true });
          fs.writeFileSync(`${decoys}/${name}/deleted/imposter`, '');
        }
      }
    });
  });

  test('works in one whose directory was deleted outside meanwhile', async () => {
    const decoys = makeDecoys({ 'at/x': '' });
    await withMountNamespace(async () => {
      mount('-t', 'tmpfs', 'tmpfs', '/mnt');
      fs.mkdirSync('/mnt/dir');
      mount('--bind', '/mnt/dir', `${decoys}/at`);
      const outside = fs.openSync('/mnt', 'r');
      execFileSync('umount', ['--lazy', '/mnt']);
      await withMountNamespace({ copyOnWrite: true }, async () => {
        fs.writeFileSync(`${decoys}/at/new`, '');
        fs.rmdirSync(`/proc/self/fd/${outside}/dir`);
        await withMountNamespace({ copyOnWrite: true }, (ns) => {
          expect(fs.readdirSync(`${decoys}/at`)).toEqual(['new']);
          expect(ns.changes()).toEqual({ created: [], modified: [], deleted: [] });
        });
      });
      fs.closeSync(outside);
    });
  });

  test('has nothing beneath a layer that lies on files of the kernel', async () => {
    const decoys = makeDecoys({ 'proc/x': '' });
    await withMountNamespace(async (outer) => {
      outer.proc(`${decoys}/proc`);
      outer.tmpfs(`${decoys}/proc/tty`);
      await withMountNamespace({ copyOnWrite: true }, (ns) => {
        ns.umount(`${decoys}/proc/tty`);
        expect(`${decoys}/proc/tty`).not.toBeMountPoint();
      });
    });
  });

  test('takes along what is deleted and covers files of /proc, as in systemd-nspawn', async () => {
    await withMountNamespace(async (outer) => {
      outer.tmpfs('/mnt');
      execFileSync('mkfifo', ['/mnt/fifo']);
      fs.writeFileSync('/mnt/file', 'covers');
      mount('--bind', '/mnt/fifo', '/proc/interrupts');
      mount('--bind', '/mnt/file', '/proc/sys/kernel/random/boot_id');
      for (const name of ['fifo', 'file']) fs.rmSync(`/mnt/${name}`);
      // What lies on the one beneath is hidden.
      mount('--rbind', '/proc/sys', '/proc/sys');
      mount('-o', 'remount,bind,ro', '/proc/sys/kernel/random/boot_id');
      await withMountNamespace({ copyOnWrite: true }, async (ns) => {
        expect(fs.statSync('/proc/interrupts').isFIFO()).toBe(true);
        expect(fs.readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')).toBe('covers');
        expect('/proc/interrupts').toBeReadOnly();
        expect(ns.changes()).toEqual({ created: [], modified: [], deleted: [] });
        await withMountNamespace({ copyOnWrite: true }, () =>
          expect(fs.statSync('/proc/interrupts').isFIFO()).toBe(true),
        );
      });
    });
  });

  test('names a mount that can be neither copied nor mounted again, since it was deleted', async () => {
    const decoys = makeDecoys({ at: '' });
    await withMountNamespace(async () => {
      execFileSync('mkfifo', [`${decoys}/fifo`]);
      mount('--bind', `${decoys}/fifo`, `${decoys}/at`);
      fs.rmSync(`${decoys}/fifo`);
      const before = table();
      const refused = withMountNamespace({ copyOnWrite: true }, () => expect.unreachable());
      await expect(refused).rejects.toMatchObject({
        name: 'MountError',
        code: 'ENOENT',
        path: `${decoys}/at`,
        why: expect.stringContaining(`what is mounted there was deleted, and can't be mounted again: `),
        fix: `unmount it before: ns.umount('${decoys}/at', { lazy: true })`,
      });
      expect(table()).toBe(before);
    });
  });

  test('shows the same files through two mounts, as it was before', async () => {
    const decoys = makeDecoys({ 'one/sub/file': 'old', 'two/x': '', single: '' });
    await withMountNamespace(async () => {
      mount('--bind', `${decoys}/one/sub`, `${decoys}/two`);
      mount('--bind', `${decoys}/one/sub/file`, `${decoys}/single`);
      await withMountNamespace({ copyOnWrite: true }, (ns) => {
        fs.writeFileSync(`${decoys}/two/file`, 'new');
        expect(fs.readFileSync(`${decoys}/one/sub/file`, 'utf8')).toBe('new');
        fs.writeFileSync(`${decoys}/one/sub/more`, '');
        expect(fs.readdirSync(`${decoys}/two`)).toEqual(['file', 'more']);
        expect(ns.changes().created).toEqual([`${decoys}/one/sub/more`, `${decoys}/two/more`]);
      });
      expect(fs.readFileSync(`${decoys}/single`, 'utf8')).toBe('old');
    });
  });

  test('takes names with any character, hidden mounts, unbindable ones and flags', async () => {
    const name = 'a:b,c\\d e\nf\u00e9';
    const decoys = makeDecoys({ [`${name}/x`]: '', 'stacked/x': '', 'unbindable/x': '' });
    await withMountNamespace(async (outer) => {
      outer.tmpfs(`${decoys}/${name}`, { flags: ['noexec', 'noatime'] });
      fs.writeFileSync(`${decoys}/${name}/file`, '');
      for (const content of ['lower', 'upper']) {
        mount('-t', 'tmpfs', 'tmpfs', `${decoys}/stacked`);
        fs.writeFileSync(`${decoys}/stacked/file`, content);
      }
      outer.tmpfs(`${decoys}/unbindable`);
      fs.writeFileSync(`${decoys}/unbindable/file`, '');
      mount('--make-unbindable', `${decoys}/unbindable`);
      const before = table();
      await withMountNamespace({ copyOnWrite: true }, (ns) => {
        expect(ns.mounts().at(`${decoys}/${name}`)?.options).toEqual(
          expect.arrayContaining(['rw', 'nosuid', 'nodev', 'noexec', 'noatime']),
        );
        fs.rmSync(`${decoys}/${name}/file`);
        fs.rmSync(`${decoys}/unbindable/file`);
        expect(fs.readFileSync(`${decoys}/stacked/file`, 'utf8')).toBe('upper');
        ns.umount(`${decoys}/stacked`);
        expect(fs.readdirSync(`${decoys}/stacked`)).toEqual(['x']);
        expect(ns.changes().deleted).toEqual([`${decoys}/${name}/file`, `${decoys}/unbindable/file`]);
      });
      expect(table()).toBe(before);
      expect(fs.readdirSync(`${decoys}/${name}`)).toEqual(['file']);
      expect(fs.readdirSync(`${decoys}/unbindable`)).toEqual(['file']);
    });
  });

  test('takes unbindable mounts below one of the kernel’s own', async () => {
    await withMountNamespace(async (outer) => {
      outer.proc('/mnt/p');
      mount('-t', 'sysfs', 'sysfs', '/mnt/p/tty');
      outer.propagation('/mnt/p/tty', 'unbindable');
      await withMountNamespace({ copyOnWrite: true }, () => {
        expect('/mnt/p/tty').toBeMountPoint({ type: 'sysfs' });
      });
    });
  });

  test('shows nothing of what it keeps in memory on the root, where a directory is named', async () => {
    const decoys = makeDecoys();
    const onRoot = (ns: MountNamespace) => [...ns.mounts()].filter(({ mountPoint }) => mountPoint === '/');
    const plain = await withMountNamespace(onRoot);
    const named = await withMountNamespace({ copyOnWrite: [decoys] }, onRoot);
    expect(named.map(({ fsType }) => fsType)).toEqual(plain.map(({ fsType }) => fsType));
  });

  test('keeps the cwd, on another mount too', async () => {
    const decoys = makeDecoys({ 'disk/x': '' });
    const cwd = process.cwd();
    await withMountNamespace(async (outer) => {
      outer.tmpfs(`${decoys}/disk`);
      process.chdir(`${decoys}/disk`);
      await withMountNamespace({ copyOnWrite: true }, async () => {
        expect(process.cwd()).toBe(`${decoys}/disk`);
        fs.writeFileSync('relative', '');
        await fs.promises.access('relative');
      });
      expect(process.cwd()).toBe(`${decoys}/disk`);
      expect(fs.readdirSync('.')).toEqual([]);
    });
    expect(process.cwd()).toBe(cwd);
  });

  test('leaves read-only mounts read-only, and protects them when they are made writable', async () => {
    const decoys = makeDecoys({ 'disk/x': '', single: '' });
    const [disk, single] = [`${decoys}/disk`, `${decoys}/single`];
    await withMountNamespace(async (outer) => {
      outer.tmpfs(disk);
      fs.mkdirSync(`${disk}/named`);
      for (const name of ['file', 'named/file']) fs.writeFileSync(`${disk}/${name}`, 'old');
      outer.bind(`${disk}/file`, single, { readonly: true });
      outer.readonly(disk);
      const remount: ((ns: MountNamespace, at: string) => unknown)[] = [
        (ns, at) => ns.remount(at, { flags: ['rw'] }),
        (_, at) => mount('-o', 'remount,bind,rw', at),
      ];
      for (const makeWritable of remount) {
        await withMountNamespace({ copyOnWrite: true }, (ns) => {
          expect(() => fs.writeFileSync(`${disk}/file`, 'new')).toThrow('EROFS');
          expect(() => fs.writeFileSync(single, 'new')).toThrow('EROFS');
          expect(fs.readFileSync(single, 'utf8')).toBe('old');
          makeWritable(ns, disk);
          fs.writeFileSync(`${disk}/file`, 'new');
          expect(ns.changes().modified).toEqual([`${disk}/file`, single]);
          makeWritable(ns, single);
          fs.appendFileSync(single, 'er');
          expect(fs.readFileSync(`${disk}/file`, 'utf8')).toBe('newer');
        });
        for (const named of [disk, `${disk}/named`]) {
          await withMountNamespace({ copyOnWrite: [named] }, (ns) => {
            expect(() => fs.writeFileSync(`${named}/file`, 'new')).toThrow('EROFS');
            makeWritable(ns, named);
            fs.writeFileSync(`${named}/file`, 'new');
            expect(ns.changes().modified).toEqual([`${named}/file`]);
          });
        }
      }
      for (const file of [`${disk}/file`, `${disk}/named/file`, single]) {
        expect(fs.readFileSync(file, 'utf8')).toBe('old');
      }
    });
  });

  test('leaves alone what nothing can be written to: a file system that is read-only', async () => {
    const decoys = makeDecoys({ 'disk/x': '' });
    await withMountNamespace(async () => {
      mount('-t', 'tmpfs', '-o', 'ro', 'tmpfs', `${decoys}/disk`);
      await withMountNamespace({ copyOnWrite: true }, (ns) => {
        expect(ns.mounts().at(`${decoys}/disk`)?.fsType).toBe('tmpfs');
        mount('-o', 'remount,bind,rw', `${decoys}/disk`);
        expect(() => fs.writeFileSync(`${decoys}/disk/new`, '')).toThrow('EROFS');
      });
    });
  });

  test('leaves a read-only mount as it is where no overlay can be made of it', async () => {
    const decoys = makeDecoys({ 'disk/x': '', 'one/x': '', 'two/x': '' });
    await withMountNamespace(async (outer) => {
      outer.tmpfs(`${decoys}/disk`);
      for (const [lower, merged] of [
        ['disk', 'one'],
        ['one', 'two'],
      ]) {
        outer.overlay(`${decoys}/${merged}`, { lower: `${decoys}/${lower}` });
      }
      outer.readonly(`${decoys}/two`);
      await withMountNamespace({ copyOnWrite: true }, () => {
        expect(() => fs.writeFileSync(`${decoys}/two/new`, '')).toThrow('EROFS');
        requireContained(decoys);
      });
    });
  });

  test.each(['hugetlbfs', 'mqueue'])('makes %s read-only', async (type) => {
    const decoys = makeDecoys({ 'at/x': '' });
    const made = `${decoys}/at/mountns-decoy-${process.pid}`;
    await withMountNamespace(async () => {
      mount('-t', type, type, `${decoys}/at`);
      fs.writeFileSync(made, '');
      try {
        await withMountNamespace({ copyOnWrite: true }, () => {
          expect(() => fs.unlinkSync(made)).toThrow('EROFS');
          expect(() => fs.writeFileSync(`${made}-too`, '')).toThrow('EROFS');
        });
      } finally {
        fs.rmSync(made);
      }
    });
  });

  test('shows nothing that can be written to when what hides it is unmounted', async () => {
    const decoys = makeDecoys({ 'proc/x': '' });
    const tty = `${decoys}/proc/tty`;
    await withMountNamespace(async (outer) => {
      outer.proc(`${decoys}/proc`);
      outer.mount({ target: tty, type: 'hugetlbfs' });
      outer.proc(tty);
      await withMountNamespace({ copyOnWrite: true }, (ns) => {
        ns.umount(tty);
        expect(() => fs.mkdirSync(`${tty}/escaped`)).toThrow();
      });
      outer.umount(tty);
      expect(tty).toBeMountPoint({ type: 'hugetlbfs' });
      expect(fs.readdirSync(tty)).toEqual([]);
    });
  });

  test('protects a deleted directory where others would be made read-only', async () => {
    const decoys = makeDecoys({ 'at/x': '' });
    await withMountNamespace(async (outer) => {
      outer.mount({ type: 'hugetlbfs', source: 'hugetlbfs', target: '/mnt/huge' });
      fs.mkdirSync('/mnt/huge/dir');
      outer.bind('/mnt/huge/dir', `${decoys}/at`);
      fs.rmdirSync('/mnt/huge/dir');
      await withMountNamespace({ copyOnWrite: true }, (ns) => {
        fs.writeFileSync(`${decoys}/at/new`, '');
        expect(ns.changes().created).toEqual([`${decoys}/at/new`]);
      });
    });
  });

  test('mounts nothing at an automount point, and leaves it what it is', async () => {
    const decoys = makeDecoys({ 'auto/x': '' });
    const auto = `${decoys}/auto`;
    await withMountNamespace(async () => {
      // Nobody reads what it asks for, so it fails the first time that something would have to be mounted, and no more.
      const options = 'fd=1,minproto=5,maxproto=5,direct';
      const script = `mount -t autofs -o ${options} autofs "$0" | true`;
      execFileSync('setsid', ['--wait', 'sh', '-c', script, auto]);
      for (const copyOnWrite of [true, [decoys]]) {
        await withMountNamespace({ copyOnWrite }, () => {
          expect(auto).toBeMountPoint({ type: 'autofs' });
          requireContained(decoys);
        });
      }
      expect(() => fs.readdirSync(auto)).toThrow('ENOENT');
      expect(fs.readdirSync(auto)).toEqual([]);
    });
  });

  test('shows files with inode numbers that fit a JavaScript number', async () => {
    const decoys = makeDecoys({ one: '', two: '' });
    await withMountNamespace({ copyOnWrite: [decoys] }, () => {
      fs.writeFileSync(`${decoys}/new`, '');
      for (const name of ['one', 'two', 'new']) {
        const file = `${decoys}/${name}`;
        expect(BigInt(fs.statSync(file).ino)).toBe(fs.statSync(file, { bigint: true }).ino);
      }
    });
  });

  test('is a handle as well', async () => {
    const decoys = makeDecoys({ file: 'old' });
    {
      await using ns = await enterMountNamespace({ copyOnWrite: [decoys] });
      requireContained(decoys);
      fs.rmSync(`${decoys}/file`);
      expect(ns.changes().deleted).toEqual([`${decoys}/file`]);
    }
    expect(fs.readFileSync(`${decoys}/file`, 'utf8')).toBe('old');
  });
});

describe('nested scopes', () => {
  test('stay protected, and see what the outer one wrote, five deep', async () => {
    const decoys = makeDecoys({ file: '0' });
    const nest = async (depth: number): Promise<void> => {
      await withMountNamespace({ copyOnWrite: depth % 2 === 0 ? true : [decoys] }, async (ns) => {
        requireContained(decoys);
        expect(fs.readFileSync(`${decoys}/file`, 'utf8')).toBe(String(depth));
        fs.writeFileSync(`${decoys}/file`, String(depth + 1));
        fs.renameSync(`${decoys}/file`, `${decoys}/moved`);
        fs.mkdirSync(`${decoys}/${depth}/sub`, { recursive: true });
        fs.renameSync(`${decoys}/${depth}`, `${decoys}/dir${depth}`);
        fs.renameSync(`${decoys}/moved`, `${decoys}/file`);
        if (depth > 0) fs.renameSync(`${decoys}/dir${depth - 1}`, `${decoys}/was${depth - 1}`);
        const changes = {
          created: [`${decoys}/dir${depth}`, `${decoys}/dir${depth}/sub`],
          modified: [`${decoys}/file`],
          deleted: [] as string[],
        };
        if (depth > 0) {
          changes.created.push(`${decoys}/was${depth - 1}`, `${decoys}/was${depth - 1}/sub`);
          changes.deleted.push(`${decoys}/dir${depth - 1}`);
        }
        expect(ns.changes()).toEqual(changes);
        if (depth < 4) await nest(depth + 1);
        expect(fs.readFileSync(`${decoys}/file`, 'utf8')).toBe(String(depth + 1));
        expect(ns.changes()).toEqual(changes);
      });
    };
    await nest(0);
    expect(contentOf(decoys)).toHaveLength(1);
    expect(fs.readFileSync(`${decoys}/file`, 'utf8')).toBe('0');
  });

  test('keep the times of a directory that is named in one of them', async () => {
    const decoys = makeDecoys({ 'directory/file': '' });
    const directory = `${decoys}/directory`;
    execFileSync('touch', ['-d', '@1000000000.123456789', directory]);
    await withMountNamespace({ copyOnWrite: true }, () =>
      withMountNamespace({ copyOnWrite: [directory] }, () => {
        requireContained(decoys);
        expect(fs.statSync(directory, { bigint: true }).mtimeNs).toBe(1000000000123456789n);
      }),
    );
  });

  test('a plain one in a copy-on-write one writes to its layers', async () => {
    const decoys = makeDecoys({ file: 'old' });
    await withMountNamespace({ copyOnWrite: true }, async (outer) => {
      await withMountNamespace(async (inner) => {
        requireContained(decoys);
        fs.writeFileSync(`${decoys}/file`, 'new');
        expect(() => inner.changes()).toThrow(NamespaceError);
      });
      expect(fs.readFileSync(`${decoys}/file`, 'utf8')).toBe('new');
      expect(outer.changes().modified).toEqual([`${decoys}/file`]);
    });
    expect(fs.readFileSync(`${decoys}/file`, 'utf8')).toBe('old');
  });

  test('take nothing from the outer one, where its mounts are shared', async () => {
    const decoys = makeDecoys({ 'proc/x': '', 'named/file': '' });
    await withMountNamespace(async (outer) => {
      const [proc, tty, driver] = ['proc', 'proc/tty', 'proc/tty/driver'].map((name) => `${decoys}/${name}`);
      for (const path of [proc, tty, driver]) outer.proc(path);
      for (const shared of [proc, '/']) {
        outer.propagation(shared as string, 'shared', { recursive: true });
        const before = table();
        for (const copyOnWrite of [true, [`${decoys}/named`]]) {
          await withMountNamespace({ copyOnWrite }, (ns) => {
            requireContained(`${decoys}/named`);
            for (const path of [driver, tty] as string[]) {
              expect(path).not.toBeReadOnly();
              ns.umount(path);
              expect(ns.mounts().at(path)).toBeUndefined();
            }
          });
          expect(table()).toBe(before);
        }
      }
    });
  });

  test('show what lies on a peer of the root of the outer one', async () => {
    const decoys = makeDecoys({ 'named/file': '', 'peer/x': '' });
    await withMountNamespace(async (outer) => {
      outer.propagation('/', 'shared');
      outer.bind('/', `${decoys}/peer`);
      const [before, root] = [table(), fs.readdirSync('/')];
      const peer = `${decoys}/peer${decoys}/named`;
      for (const directory of [`${decoys}/named`, peer]) {
        for (const copyOnWrite of [true, [directory]]) {
          await withMountNamespace({ copyOnWrite }, (ns) => {
            expect(ns.mounts().at('/')).toMatchObject({ propagation: 'private' });
            expect(fs.readdirSync(`${decoys}/peer`)).toEqual(root);
            expect(fs.readdirSync(peer)).toEqual(['file']);
            fs.rmSync(`${directory}/file`);
            expect(ns.changes().deleted).toContain(`${directory}/file`);
          });
          expect(table()).toBe(before);
          expect(fs.readdirSync(`${decoys}/named`)).toEqual(['file']);
        }
      }
    });
  });

  test('works on an overlay, and says why on an overlay over an overlay', async () => {
    const decoys = makeDecoys({ 'lower/file': '', 'one/x': '', 'two/x': '', 'scratch/x': '' });
    await withMountNamespace(async (outer) => {
      outer.tmpfs(`${decoys}/scratch`);
      for (const [lower, merged] of [
        ['lower', 'one'],
        ['one', 'two'],
      ]) {
        fs.mkdirSync(`${decoys}/scratch/${merged}/upper`, { recursive: true });
        fs.mkdirSync(`${decoys}/scratch/${merged}/work`);
        const [upper, work] = ['upper', 'work'].map((name) => `${decoys}/scratch/${merged}/${name}`);
        const options = `lowerdir=${decoys}/${lower},upperdir=${upper},workdir=${work}`;
        mount('-t', 'overlay', 'overlay', '-o', options, `${decoys}/${merged}`);
      }
      for (let round = 0; round < 2; round++) {
        await withMountNamespace({ copyOnWrite: [`${decoys}/one`] }, async () => {
          fs.rmSync(`${decoys}/one/file`);
          await withMountNamespace({ copyOnWrite: [`${decoys}/one`] }, (ns) => {
            fs.writeFileSync(`${decoys}/one/file`, '');
            expect(ns.changes().created).toEqual([`${decoys}/one/file`]);
          });
        });
      }
      const before = table();
      for (const copyOnWrite of [true, [`${decoys}/two`]]) {
        const refused = withMountNamespace({ copyOnWrite }, () => expect.unreachable());
        await expect(refused).rejects.toThrow(MountError);
        await expect(refused).rejects.toMatchObject({
          code: 'EINVAL',
          path: `${decoys}/two`,
          why: `${decoys}/two is on an overlay that takes no other on top of it: the kernel stacks two at most`,
        });
      }
      expect(table()).toBe(before);
      expect(fs.readdirSync(`${decoys}/one`)).toEqual(['file']);
    });
  });
});

describe('what is refused', () => {
  test.each([
    ['yes', "copyOnWrite must be true, false or a list of directories that is not empty, received 'yes'"],
    [null, 'copyOnWrite must be true, false or a list of directories that is not empty, received null'],
    [[], 'copyOnWrite must be true, false or a list of directories that is not empty, received []'],
    [['etc'], "copyOnWrite[0] must be an absolute path, received 'etc'"],
    [['/etc', 7], 'copyOnWrite[1] must be a string, received 7'],
    [new Array(1), 'copyOnWrite[0] must be a string, received undefined'],
    [['/etc/../srv'], 'copyOnWrite[0] must not contain "..", received \'/etc/../srv\''],
  ])('%j', async (copyOnWrite, message) => {
    const options = { copyOnWrite } as never;
    const error = new TypeError(message);
    await expect(withMountNamespace(options, () => expect.unreachable())).rejects.toThrow(error);
    await expect(enterMountNamespace(options)).rejects.toThrow(error);
  });

  test('a directory that is missing, a link, a file or the kernel’s own', async () => {
    const decoys = makeDecoys({ file: '' });
    fs.symlinkSync('/etc', `${decoys}/link`);
    const before = table();
    const enter = (path: string) => withMountNamespace({ copyOnWrite: [path] }, () => expect.unreachable());
    await expect(enter(`${decoys}/none`)).rejects.toMatchObject({ name: 'MountError', code: 'ENOENT' });
    await expect(enter(`${decoys}/link`)).rejects.toMatchObject({ name: 'MountError', code: 'ELOOP' });
    await expect(enter(`${decoys}/file`)).rejects.toMatchObject({ name: 'MountError', code: 'ENOTDIR' });
    await expect(enter('/proc/sys')).rejects.toThrow('cannot make /proc/sys copy-on-write: it is on proc');
    expect(table()).toBe(before);
  });

  test('a root directory that is no mount point, whatever is mounted in it', async () => {
    const decoys = makeDecoys({ 'disk/x': '' });
    await withMountNamespace(async (ns) => {
      ns.tmpfs(`${decoys}/disk`);
      chroot(decoys);
      process.chdir('/');
      const refused = withMountNamespace({ copyOnWrite: true }, () => expect.unreachable());
      await expect(refused).rejects.toThrow(
        'cannot make / copy-on-write: it lies on no mount that can be seen\n' +
          '  why:  the root directory of this process is not a mount point (chroot(2))',
      );
    });
  });

  test.each([
    ['none', 'ENOENT'],
    ['link', 'ELOOP'],
    ['file', 'ENOTDIR'],
  ])('one that lies in another that is named: %s', async (name, code) => {
    const decoys = makeDecoys({ file: '' });
    fs.symlinkSync('/etc', `${decoys}/link`);
    const copyOnWrite = [decoys, `${decoys}/${name}`];
    await expect(withMountNamespace({ copyOnWrite }, () => expect.unreachable())).rejects.toMatchObject({
      name: 'MountError',
      code,
      path: `${decoys}/${name}`,
    });
  });

  test('to say what changed in a scope that is not copy-on-write', async () => {
    await withMountNamespace((ns) => {
      expect(() => ns.changes()).toThrow(
        'cannot tell what this scope changed: only a copy-on-write scope keeps its changes apart',
      );
    });
  });
});

test('is entered whole or not at all, whichever system call fails', async () => {
  const decoys = makeDecoys({ 'one/file': '', 'disk/x': '' });
  await withMountNamespace(async (outer) => {
    outer.tmpfs(`${decoys}/disk`);
    const state = () => ({
      mounts: table(),
      cwd: [process.cwd(), fs.readlinkSync('/proc/self/cwd')],
      umask: process.umask(),
      descriptors: fs.readdirSync('/proc/self/fd').length,
      content: contentOf(decoys),
    });
    for (const copyOnWrite of [true, [decoys]]) {
      await withMountNamespace({ copyOnWrite }, () => {});
      const before = state();
      const dispensable: string[] = [];
      let failed: string | undefined = '';
      for (let failing = 0; failed !== undefined; failing++) {
        let calls = 0;
        failed = undefined;
        hookSystemCalls((name) => {
          if (name === 'poll' || calls++ !== failing) return undefined;
          failed = name;
          return 5;
        });
        const entered = withMountNamespace({ copyOnWrite }, () => {
          hookSystemCalls(undefined);
          fs.writeFileSync(`${decoys}/one/file`, 'changed');
        });
        const outcome = await entered.then(
          () => 'entered',
          () => 'refused',
        );
        hookSystemCalls(undefined);
        if (failed !== undefined && outcome === 'entered') dispensable.push(failed);
        expect(state()).toEqual(before);
      }
      // Where the path that Node remembers does not lead to the working directory, the kernel is asked.
      expect(dispensable).toEqual(['statx']);
    }
  });
});
