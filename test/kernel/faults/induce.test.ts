import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { finished } from 'node:stream/promises';
import { type InducibleErrno, MountError, withMountNamespace } from 'mountns';
import { describe, expect, test } from 'mountns/vitest';
import { hookSystemCalls } from '../../../native/libc.cjs';
import { contentOf, makeDecoys, onHost } from '../copy-on-write/decoys.js';

const table = () => fs.readFileSync('/proc/self/mountinfo', 'utf8');

/** What a shell command says when it fails. */
function complaintOf(command: string): string {
  const { status, stderr } = spawnSync('sh', ['-c', command], { encoding: 'utf8' });
  return status === 0 ? 'nothing' : stderr;
}

/** Induces a fault on decoys, in plain and in copy-on-write scopes, and checks that nothing is left of it. */
async function withFault(
  [errno, name, options]: [errno: InducibleErrno, name: string, options?: { inodes: boolean }],
  use: (target: string, decoys: string) => void | Promise<void>,
): Promise<void> {
  const decoys = makeDecoys({ 'dir/file': 'old', 'dir/sub/deep': 'old', file: 'old', 'dir/disk/x': '' });
  fs.symlinkSync('file', `${decoys}/dir/link`);
  fs.writeFileSync(`${decoys}/dir/program`, '#!/bin/sh\n', { mode: 0o755 });
  for (const scope of [{}, { copyOnWrite: true }, { copyOnWrite: [decoys] }]) {
    const before = { content: contentOf(decoys), mounts: table() };
    await withMountNamespace(scope, async (ns) => {
      ns.tmpfs(`${decoys}/dir/disk`);
      fs.writeFileSync(`${decoys}/dir/disk/file`, 'old');
      const target = `${decoys}/${name}`;
      const untouched = contentOf(decoys);
      ns.induce(errno, target, options);
      if (errno !== 'EIO' && errno !== 'ENODEV' && !(errno === 'ELOOP' && name === 'file')) {
        expect(contentOf(decoys)).toEqual(untouched);
      }
      await use(target, decoys);
    });
    expect({ content: contentOf(decoys), mounts: table() }).toEqual(before);
    expect(contentOf(onHost(decoys))).toEqual(before.content);
  }
}

describe('ENOSPC', () => {
  test('on a directory: nothing can be written, what is there can be read', async () => {
    await withFault(['ENOSPC', 'dir'], async (dir) => {
      expect(() => fs.writeFileSync(`${dir}/new`, 'x')).toThrow('ENOSPC');
      expect(() => fs.appendFileSync(`${dir}/file`, 'x')).toThrow('ENOSPC');
      await expect(fs.promises.writeFile(`${dir}/sub/new`, 'x')).rejects.toThrow('ENOSPC');
      await expect(fs.promises.appendFile(`${dir}/sub/deep`, 'x')).rejects.toThrow('ENOSPC');
      expect(complaintOf(`printf x | tee ${dir}/child`)).toContain('No space left on device');
      expect(fs.statfsSync(dir).bavail).toBe(0);
      expect(fs.readFileSync(`${dir}/file`, 'utf8')).toBe('old');
      expect(execFileSync('cat', [`${dir}/sub/deep`], { encoding: 'utf8' })).toBe('old');
      fs.rmSync(`${dir}/file`);
      expect(fs.existsSync(`${dir}/file`)).toBe(false);
      // Another file system.
      fs.writeFileSync(`${dir}/disk/new`, 'x');
    });
  });

  test('on a file', async () => {
    await withFault(['ENOSPC', 'file'], async (file, decoys) => {
      expect(() => fs.appendFileSync(file, 'x')).toThrow('ENOSPC');
      expect(fs.readFileSync(file, 'utf8')).toBe('old');
      await expect(fs.promises.writeFile(file, 'x')).rejects.toThrow('ENOSPC');
      expect(complaintOf(`printf x | tee -a ${file}`)).toContain('No space left on device');
      fs.writeFileSync(`${decoys}/other`, 'x');
      fs.rmSync(`${decoys}/other`);
    });
  });

  test('on a file that is mounted: it shows what it did', async () => {
    const decoys = makeDecoys({ file: 'covered', other: 'bound', secret: 'masked' });
    fs.chmodSync(`${decoys}/other`, 0o640);
    fs.chownSync(`${decoys}/other`, 12, 34);
    const before = contentOf(decoys);
    await withMountNamespace((ns) => {
      ns.bind(`${decoys}/other`, `${decoys}/file`);
      ns.mask(`${decoys}/secret`);
      const shown = { file: 'bound', missing: 'bound', secret: '' };
      ns.bind(`${decoys}/other`, `${decoys}/missing`);
      for (const [name, content] of Object.entries(shown)) {
        const file = `${decoys}/${name}`;
        const { uid, gid, mode } = fs.statSync(file);
        for (const options of [{}, { inodes: true }]) {
          ns.induce('ENOSPC', file, options);
          expect(fs.readFileSync(file, 'utf8')).toBe(content);
          expect(fs.statSync(file)).toMatchObject({ uid, gid, mode });
          expect(() => fs.appendFileSync(file, 'x')).toThrow('ENOSPC');
        }
      }
    });
    expect(contentOf(decoys)).toEqual(before);
  });

  test('keeps the flags of the mount, and the faults that they are', async () => {
    await withMountNamespace((ns) => {
      const flags = ['nosuid', 'nodev', 'noexec', 'noatime'] as const;
      ns.mount({ target: '/mnt/x', type: 'tmpfs', flags });
      for (const name of ['file', 'dir/file']) {
        fs.mkdirSync('/mnt/x/dir', { recursive: true });
        fs.writeFileSync(`/mnt/x/${name}`, '#!/bin/sh\n', { mode: 0o755 });
      }
      for (const name of ['file', 'dir']) {
        ns.induce('ENOSPC', `/mnt/x/${name}`);
        expect(ns.mounts().at(`/mnt/x/${name}`)?.options).toEqual(['rw', ...flags]);
      }
      ns.mount({ target: '/mnt/y', type: 'tmpfs', flags: ['strictatime'] });
      fs.writeFileSync('/mnt/y/program', '#!/bin/sh\n', { mode: 0o755 });
      ns.induce('EACCES', '/mnt/y/program');
      ns.induce('ENOSPC', '/mnt/y/program');
      expect(ns.mounts().at('/mnt/y/program')?.options).toEqual(['rw', 'noexec']);
      expect(() => execFileSync('/mnt/y/program')).toThrow('EACCES');
    });
  });

  test.each([
    ['dir', { inodes: false }],
    ['dir', { inodes: true }],
    ['file', { inodes: false }],
    ['file', { inodes: true }],
  ] as const)('on %s with %j lasts in scopes inside, copy-on-write ones too', async (name, options) => {
    await withFault(['ENOSPC', name, options], async (target, decoys) => {
      for (const copyOnWrite of [false, true, [decoys]]) {
        await withMountNamespace({ copyOnWrite }, () => {
          const file = name === 'dir' ? `${target}/new` : target;
          expect(() => fs.writeFileSync(file, 'x', { flag: 'a' })).toThrow('ENOSPC');
          fs.writeFileSync(`${decoys}/other`, 'x');
          fs.rmSync(`${decoys}/other`);
        });
      }
    });
  });

  test('for want of inodes: no file can be made', async () => {
    await withFault(['ENOSPC', 'dir', { inodes: true }], async (dir) => {
      expect(() => fs.openSync(`${dir}/new`, 'w')).toThrow('ENOSPC');
      expect(() => fs.mkdirSync(`${dir}/new`)).toThrow('ENOSPC');
      await expect(fs.promises.symlink('x', `${dir}/sub/new`)).rejects.toThrow('ENOSPC');
      expect(complaintOf(`: > ${dir}/child`)).toContain('No space left on device');
      const { ffree, bavail } = fs.statfsSync(dir);
      expect({ ffree, hasSpace: bavail > 0 }).toEqual({ ffree: 0, hasSpace: true });
      expect(fs.readFileSync(`${dir}/file`, 'utf8')).toBe('old');
    });
  });
});

test('ENOSPC keeps the times of a directory, to the nanosecond', async () => {
  const decoys = makeDecoys({ 'dir/file': '' });
  const directory = `${decoys}/dir`;
  execFileSync('touch', ['-d', '@1000000000.123456789', directory]);
  for (const scope of [{}, { copyOnWrite: true }, { copyOnWrite: [directory] }, { copyOnWrite: [decoys] }]) {
    await withMountNamespace(scope, (ns) => {
      ns.induce('ENOSPC', directory);
      const { atimeNs, mtimeNs } = fs.statSync(directory, { bigint: true });
      expect([atimeNs, mtimeNs]).toEqual([1000000000123456789n, 1000000000123456789n]);
      if (Object.hasOwn(scope, 'copyOnWrite'))
        expect(ns.changes()).toEqual({ created: [], modified: [], deleted: [] });
    });
  }
});

test('EROFS on a directory', async () => {
  await withFault(['EROFS', 'dir'], async (dir) => {
    expect(() => fs.writeFileSync(`${dir}/file`, 'x')).toThrow('EROFS');
    await expect(fs.promises.rm(`${dir}/file`)).rejects.toThrow('EROFS');
    expect(complaintOf(`chmod 600 ${dir}/file`)).toContain('Read-only file system');
    fs.writeFileSync(`${dir}/disk/new`, 'x');
  });
});

test('EROFS on a file', async () => {
  await withFault(['EROFS', 'file'], async (file, decoys) => {
    expect(() => fs.writeFileSync(file, 'x')).toThrow('EROFS');
    await expect(fs.promises.chmod(file, 0o600)).rejects.toThrow('EROFS');
    fs.writeFileSync(`${decoys}/other`, 'x');
    fs.rmSync(`${decoys}/other`);
  });
});

test('EXDEV: nothing is moved or linked across the boundary', async () => {
  await withFault(['EXDEV', 'dir'], async (dir, decoys) => {
    expect(() => fs.renameSync(`${dir}/file`, `${decoys}/moved`)).toThrow('EXDEV');
    expect(() => fs.linkSync(`${decoys}/file`, `${dir}/linked`)).toThrow('EXDEV');
    await expect(fs.promises.rename(`${decoys}/file`, `${dir}/moved`)).rejects.toThrow('EXDEV');
    expect(complaintOf(`ln ${dir}/file ${decoys}/linked`)).toContain('Invalid cross-device link');
    fs.renameSync(`${dir}/file`, `${dir}/within`);
    fs.renameSync(`${dir}/within`, `${dir}/file`);
  });
});

test('EACCES: nothing is executed', async () => {
  await withFault(['EACCES', 'dir'], async (dir) => {
    expect(() => execFileSync(`${dir}/program`)).toThrow('EACCES');
    await expect(fs.promises.access(`${dir}/program`, fs.constants.X_OK)).rejects.toThrow('EACCES');
    expect(complaintOf(`${dir}/program`)).toContain('Permission denied');
    fs.accessSync(`${dir}/program`, fs.constants.R_OK | fs.constants.W_OK);
  });
  await withFault(['EACCES', 'dir/program'], (program) => {
    expect(() => execFileSync(program)).toThrow('EACCES');
  });
});

test('EBUSY: it can be neither removed nor renamed', async () => {
  await withFault(['EBUSY', 'dir/sub'], async (dir) => {
    expect(() => fs.renameSync(dir, `${dir}-moved`)).toThrow('EBUSY');
    await expect(fs.promises.rmdir(dir)).rejects.toThrow('EBUSY');
    expect(complaintOf(`rmdir ${dir}`)).toContain('Device or resource busy');
  });
  await withFault(['EBUSY', 'file'], async (file) => {
    expect(() => fs.unlinkSync(file)).toThrow('EBUSY');
    await expect(fs.promises.rename(file, `${file}-moved`)).rejects.toThrow('EBUSY');
    expect(fs.readFileSync(file, 'utf8')).toBe('old');
  });
});

describe('EIO', () => {
  test('it can not be opened', async () => {
    await withFault(['EIO', 'file'], async (file, decoys) => {
      expect(fs.statSync(file).isCharacterDevice()).toBe(true);
      for (const flags of ['r', 'r+', 'w', 'a']) expect(() => fs.openSync(file, flags)).toThrow('EIO');
      expect(() => fs.readFileSync(file)).toThrow('EIO');
      expect(() => fs.appendFileSync(file, 'x')).toThrow('EIO');
      expect(() => fs.truncateSync(file)).toThrow('EIO');
      await expect(fs.promises.readFile(file)).rejects.toThrow('EIO');
      await expect(fs.promises.writeFile(file, 'x')).rejects.toThrow('EIO');
      expect(complaintOf(`cat ${file}`)).toContain('Input/output error');
      expect(complaintOf(`printf x | tee -a ${file}`)).toContain('Input/output error');
      for (const copy of [fs.copyFileSync, fs.cpSync]) {
        expect(() => copy(file, `${decoys}/copy`)).toThrow('EIO');
        expect(fs.existsSync(`${decoys}/copy`)).toBe(false);
      }
      expect(complaintOf(`cp ${file} ${decoys}/copy`)).toContain('Input/output error');
    });
  });

  // The memory of this process would be there, from its beginning as a program on.
  test('at no offset', async () => {
    await withFault(['EIO', 'file'], async (file) => {
      for (const start of [0, 0x400000, 12 << 20]) {
        await expect(finished(fs.createReadStream(file, { start }).resume())).rejects.toThrow('EIO');
        const output = fs.createWriteStream(file, { flags: 'r+', start });
        output.end(Buffer.alloc(1 << 20));
        await expect(finished(output)).rejects.toThrow('EIO');
      }
    });
  });

  test('is taken along by what is mounted above and around', async () => {
    const decoys = makeDecoys({ 'dir/file': 'old' });
    const file = `${decoys}/dir/file`;
    await withMountNamespace(async (ns) => {
      ns.induce('EROFS', file);
      ns.induce('EIO', file);
      ns.induce('ENOSPC', `${decoys}/dir`);
      for (const copyOnWrite of [false, true, [decoys]] as const) {
        await withMountNamespace({ copyOnWrite: copyOnWrite as string[] | boolean }, (inner) => {
          expect(() => fs.readFileSync(file)).toThrow('EIO');
          inner.umount(file);
          expect(fs.readFileSync(file, 'utf8')).toBe('old');
        });
      }
      expect(() => fs.readFileSync(file)).toThrow('EIO');
    });
    expect(fs.readFileSync(file, 'utf8')).toBe('old');
  });

  test('leaves no descriptor when the scope has ended', async () => {
    const decoys = makeDecoys({ file: '', other: '' });
    const before = fs.readdirSync('/proc/self/fd').length;
    await withMountNamespace(async (ns) => {
      ns.induce('EIO', `${decoys}/file`);
      ns.induce('EIO', `${decoys}/other`);
      await withMountNamespace((inner) => {
        inner.umount(`${decoys}/file`);
        inner.induce('EIO', `${decoys}/file`);
      });
      expect(() => fs.readFileSync(`${decoys}/file`)).toThrow('EIO');
      ns.umount(`${decoys}/file`);
      ns.induce('ENOSPC', decoys);
    });
    expect(fs.readdirSync('/proc/self/fd')).toHaveLength(before);
  });
});

test('ENODEV: it can not be opened', async () => {
  await withFault(['ENODEV', 'file'], async (file) => {
    // makedev(10, 255): older kernels answer with ENXIO where the minor is higher.
    expect(fs.statSync(file).rdev).toBe(0xaff);
    expect(() => fs.readFileSync(file)).toThrow('ENODEV');
    await expect(fs.promises.open(file, 'w')).rejects.toThrow('ENODEV');
    expect(complaintOf(`cat ${file}`)).toContain('No such device');
  });
});

test('ELOOP on a directory: no link in it is followed', async () => {
  await withFault(['ELOOP', 'dir'], async (dir) => {
    expect(() => fs.readFileSync(`${dir}/link`)).toThrow('ELOOP');
    await expect(fs.promises.stat(`${dir}/link`)).rejects.toThrow('ELOOP');
    expect(complaintOf(`cat ${dir}/link`)).toContain('Too many levels of symbolic links');
    expect(fs.readlinkSync(`${dir}/link`)).toBe('file');
  });
  await withFault(['ELOOP', 'dir/sub'], (dir) => {
    fs.symlinkSync('deep', `${dir}/new`);
    expect(() => fs.readFileSync(`${dir}/new`)).toThrow('ELOOP');
    fs.rmSync(`${dir}/new`);
  });
});

test('ELOOP on a file: it is a link to itself', async () => {
  await withFault(['ELOOP', 'file'], async (file) => {
    expect(() => fs.readFileSync(file)).toThrow('ELOOP');
    await expect(fs.promises.writeFile(file, 'x')).rejects.toThrow('ELOOP');
    expect(complaintOf(`cat ${file}`)).toContain('Too many levels of symbolic links');
  });
});

test('ends early with umount', async () => {
  const decoys = makeDecoys({ 'dir/file': 'old', file: '' });
  await withMountNamespace((ns) => {
    const before = table();
    for (const errno of ['ENOSPC', 'EROFS', 'EXDEV', 'EACCES', 'EBUSY', 'ELOOP'] as const) {
      ns.induce(errno, `${decoys}/dir`);
      ns.umount(`${decoys}/dir`);
    }
    for (const errno of ['ENOSPC', 'EROFS', 'EBUSY', 'EIO', 'ENODEV'] as const) {
      ns.induce(errno, `${decoys}/file`);
      ns.umount(`${decoys}/file`);
    }
    expect(table()).toBe(before);
  });
});

test('works on the root directory, and with any name', async () => {
  const decoys = makeDecoys({ 'a:b,c\\ d\ne/file': '', 'a:b,c\\ d\ne/dir/file': '' });
  await withMountNamespace(async (ns) => {
    const strange = `${decoys}/a:b,c\\ d\ne`;
    for (const errno of ['EACCES', 'ENOSPC', 'EXDEV', 'EBUSY', 'ELOOP', 'EROFS'] as const) {
      ns.induce(errno, `${strange}/dir`);
    }
    for (const errno of ['ENOSPC', 'EROFS', 'EBUSY', 'EIO', 'ENODEV', 'ELOOP'] as const) {
      ns.induce(errno, `${strange}/file`);
      if (errno === 'EIO' || errno === 'ENODEV') ns.umount(`${strange}/file`);
    }
    await withMountNamespace({ copyOnWrite: true }, (inner) => {
      expect(() => fs.readFileSync(`${strange}/file`)).toThrow('ELOOP');
      inner.induce('ENOSPC', '/');
      expect(() => fs.writeFileSync(`${decoys}/new`, 'x')).toThrow('ENOSPC');
      inner.induce('EBUSY', '/');
      inner.induce('EROFS', '/');
      expect(() => fs.writeFileSync(`${decoys}/other`, 'x')).toThrow('EROFS');
    });
    fs.writeFileSync(`${decoys}/new`, 'x');
  });
});

describe('what is refused', () => {
  test('an errno that there is no recipe for', async () => {
    await withMountNamespace((ns) => {
      const induce = (errno: unknown) => () => ns.induce(errno as InducibleErrno, '/mnt');
      const all = 'EACCES, EBUSY, EIO, ELOOP, ENODEV, ENOSPC, EROFS, EXDEV';
      expect(induce('ENOPE')).toThrow(new TypeError(`errno must be one of ${all}, received 'ENOPE'`));
      expect(induce('toString')).toThrow(TypeError);
      expect(induce(28)).toThrow(TypeError);
      expect(induce('EMFILE')).toThrow(MountError);
      expect(induce('EMFILE')).toThrow(`cannot induce EMFILE on /mnt, only ${all}`);
      expect(induce('EMFILE')).toThrow('the limit is the process’s, not a path’s');
      expect(induce('EDQUOT')).toThrow('quotas do not bind root');
      expect(induce('ENFILE')).toThrow('fs.file-max');
      expect(induce('ENOTEMPTY')).toThrow('there is no recipe that makes the kernel answer with it');
    });
  });

  test('targets and options that make no sense', async () => {
    const decoys = makeDecoys({ 'dir/x': '', file: '' });
    fs.symlinkSync('dir', `${decoys}/link`);
    execFileSync('mkfifo', [`${decoys}/pipe`]);
    await withMountNamespace((ns) => {
      const before = table();
      const induce = (errno: InducibleErrno, target: unknown, options?: unknown) => () =>
        ns.induce(errno, target as string, options as never);
      expect(induce('EROFS', 'dir')).toThrow(
        new TypeError("target must be an absolute path, received 'dir'"),
      );
      expect(induce('EROFS', `${decoys}/none`)).toThrow(expect.objectContaining({ code: 'ENOENT' }));
      expect(induce('EROFS', `${decoys}/link`)).toThrow(expect.objectContaining({ code: 'ELOOP' }));
      expect(induce('EROFS', `${decoys}/pipe`)).toThrow('it is neither a directory nor a regular file');
      expect(induce('EXDEV', `${decoys}/file`)).toThrow(
        `cannot induce EXDEV on ${decoys}/file: it is a file`,
      );
      expect(induce('EIO', `${decoys}/dir`)).toThrow(`cannot induce EIO on ${decoys}/dir: it is a directory`);
      expect(induce('EXDEV', '/')).toThrow('nothing lies outside of it');
      expect(induce('EROFS', `${decoys}/dir`, { inodes: true })).toThrow(
        new TypeError("unknown option of induce('EROFS'): inodes: true, it has none"),
      );
      expect(induce('ENOSPC', `${decoys}/dir`, { inodes: 1 })).toThrow(TypeError);
      expect(induce('ENOSPC', `${decoys}/dir`, null)).toThrow(TypeError);
      expect(table()).toBe(before);
    });
  });

  test('a directory in which nothing can be executed anyway', async () => {
    const decoys = makeDecoys({ 'dir/x': '' });
    await withMountNamespace((ns) => {
      ns.readonly(`${decoys}/dir`);
      expect(() => ns.induce('EACCES', `${decoys}/dir`)).toThrow(
        `cannot induce EACCES on ${decoys}/dir: there is no way to find out whether the kernel answers with it\n` +
          '  why:  the directory holds no program, and takes no file without a name (O_TMPFILE): EROFS\n' +
          '  fix:  put a program there first',
      );
      // Where the kernel says EACCES of any file.
      expect(() => ns.induce('EACCES', '/proc/sys/net')).toThrow('(O_TMPFILE): EACCES');
    });
  });

  test('a file that another fault made a device', async () => {
    const decoys = makeDecoys({ file: '' });
    await withMountNamespace((ns) => {
      for (const errno of ['EIO', 'ENODEV'] as const) {
        ns.induce(errno, `${decoys}/file`);
        expect(() => ns.induce('EROFS', `${decoys}/file`)).toThrow(
          `cannot induce EROFS on ${decoys}/file: it is neither a directory nor a regular file\n` +
            `  fix:  take away what is mounted there: ns.umount('${decoys}/file')`,
        );
        ns.umount(`${decoys}/file`);
      }
    });
  });
});

test('a program proves EACCES where no file can be made', async () => {
  await withMountNamespace((ns) => {
    ns.tmpfs('/mnt/full');
    fs.writeFileSync('/mnt/full/program', '', { mode: 0o755 });
    ns.induce('ENOSPC', '/mnt/full', { inodes: true });
    // A file system that has no O_TMPFILE.
    ns.mount({ target: '/mnt/queues', type: 'mqueue' });
    const queue = `/mnt/queues/mountns-${process.pid}`;
    fs.writeFileSync(queue, '', { mode: 0o755 });
    try {
      for (const directory of ['/mnt/full', '/mnt/queues']) ns.induce('EACCES', directory);
    } finally {
      fs.unlinkSync(queue);
    }
  });
});

test('a program is found by any name', async () => {
  const decoys = makeDecoys();
  const program = Buffer.concat([Buffer.from(`${decoys}/`), Buffer.from([0xff])]);
  fs.writeFileSync(program, '', { mode: 0o755 });
  await withMountNamespace((ns) => {
    ns.readonly(decoys);
    ns.induce('EACCES', decoys);
    expect(() => fs.accessSync(program, fs.constants.X_OK)).toThrow('EACCES');
  });
});

test('needs no /proc', async () => {
  const decoys = makeDecoys({ 'dir/file': '', file: '' });
  await withMountNamespace((ns) => {
    ns.umount('/proc', { lazy: true });
    for (const errno of ['EACCES', 'ENOSPC', 'EXDEV', 'EBUSY', 'ELOOP', 'EROFS'] as const) {
      ns.induce(errno, `${decoys}/dir`);
    }
    for (const errno of ['EBUSY', 'ENODEV', 'EIO'] as const) {
      ns.induce(errno, `${decoys}/file`);
      ns.umount(`${decoys}/file`);
    }
  });
});

test('is done whole or not at all, whichever system call fails', async () => {
  const decoys = makeDecoys({ 'dir/file': 'old', 'dir/disk/x': '', file: 'old', bound: '' });
  await withMountNamespace(async (outer) => {
    outer.tmpfs(`${decoys}/dir/disk`);
    outer.bind(`${decoys}/file`, `${decoys}/bound`);
    process.chdir(`${decoys}/dir`);
    const faults: [InducibleErrno, string][] = [
      ...(['ENOSPC', 'EROFS', 'EXDEV', 'EACCES', 'EBUSY', 'ELOOP'] as const).map(
        (errno): [InducibleErrno, string] => [errno, `${decoys}/dir`],
      ),
      ...(['ENOSPC', 'EROFS', 'EBUSY', 'EIO', 'ENODEV', 'ELOOP'] as const).map(
        (errno): [InducibleErrno, string] => [errno, `${decoys}/file`],
      ),
      ['ENOSPC', `${decoys}/bound`],
    ];
    const state = () => ({
      mounts: table(),
      cwd: [process.cwd(), fs.readlinkSync('/proc/self/cwd'), fs.readdirSync('.')],
      descriptors: fs.readdirSync('/proc/self/fd').length,
      content: contentOf(decoys),
    });
    for (const [errno, target] of faults) {
      await withMountNamespace((ns) => {
        const before = state();
        let failed = true;
        for (let failing = 0; failed; failing++) {
          let calls = 0;
          failed = false;
          hookSystemCalls((name) => {
            // What fails to be unmounted can't be undone.
            if (name === 'poll' || name === 'umount2' || calls++ !== failing) return undefined;
            failed = true;
            return 12;
          });
          let isRefused = false;
          try {
            ns.induce(errno, target);
          } catch {
            isRefused = true;
          }
          hookSystemCalls(undefined);
          expect({ errno, failing, isRefused }).toEqual({ errno, failing, isRefused: failed });
          if (failed) expect(state()).toEqual(before);
        }
      });
    }
  });
});
