import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { constants } from 'node:os';
import { type MountNamespace, withMountNamespace } from 'mountns';
import { describe, expect } from 'mountns/vitest';
import { onTestFinished } from 'vitest';
import { hookSystemCalls } from '../../../native/libc.cjs';
import { errorOf } from '../errors/error-of.js';
import { listEverywhere, operationTest, readEverywhere } from './operation-test.js';

/** A new root with what `ls` and `cat` need. */
function makeRoot(ns: MountNamespace, root: string): void {
  ns.tmpfs(root, { mode: 0o755 });
  for (const entry of ['usr', 'bin', 'lib', 'lib64', 'sbin']) {
    const stat = fs.lstatSync(`/${entry}`, { throwIfNoEntry: false });
    if (stat?.isSymbolicLink()) fs.symlinkSync(fs.readlinkSync(`/${entry}`), `${root}/${entry}`);
    else if (stat !== undefined)
      ns.bind(`/${entry}`, `${root}/${entry}`, { recursive: true, readonly: true });
  }
  fs.writeFileSync(`${root}/marker`, 'new root');
}

describe('pivotRoot', () => {
  operationTest(
    'makes a mount the root, for sync code, async code and children',
    ['root/'],
    async (ns, dir) => {
      makeRoot(ns, `${dir}/root`);
      ns.pivotRoot(`${dir}/root`);
      expect(await readEverywhere('/marker')).toBe('new root');
      expect(await listEverywhere('/')).toEqual(fs.readdirSync('/').sort());
      expect(fs.existsSync(dir)).toBe(false);
      expect(process.cwd()).toBe('/');
      expect(execFileSync('pwd', { encoding: 'utf8' })).toBe('/\n');
      expect(ns.mounts().at('/')?.fsType).toBe('tmpfs');
      expect([...ns.mounts()].map((mount) => mount.mountPoint)).not.toContain(dir);
    },
  );

  operationTest(
    'ends in the new root also where the working directory can not be entered again',
    ['root/', 'root/sub/'],
    (ns, dir) => {
      process.chdir(`${dir}/root/sub`);
      let isGone = false;
      hookSystemCalls((name) => {
        isGone ||= name === 'umount2';
        return isGone && name === 'openat2' ? constants.errno.EACCES : undefined;
      });
      onTestFinished(() => hookSystemCalls(undefined));
      ns.pivotRoot(`${dir}/root`);
      hookSystemCalls(undefined);
      expect(process.cwd()).toBe('/');
      expect(fs.readdirSync('.')).toEqual(['sub']);
    },
  );

  operationTest('leaves nothing of the old root to be found', ['root/'], (ns, dir) => {
    makeRoot(ns, `${dir}/root`);
    ns.pivotRoot(`${dir}/root`);
    ns.proc();
    const mounts = execFileSync('cat', ['/proc/self/mountinfo'], { encoding: 'utf8' }).trimEnd().split('\n');
    expect(mounts.length).toBe(ns.mounts().length);
    expect(mounts.filter((line) => / - (ext4|devtmpfs|sysfs) /.test(line) && !/ ro,/.test(line))).toEqual([]);
    expect(fs.readdirSync('/..').sort()).toEqual(fs.readdirSync('/').sort());
  });

  operationTest('puts the old root where it is told, provided when missing', ['root/'], async (ns, dir) => {
    makeRoot(ns, `${dir}/root`);
    ns.pivotRoot(`${dir}/root`, `${dir}/root/old/root`);
    expect(await listEverywhere('/old')).toEqual(['root']);
    expect(fs.existsSync(`/old/root${dir}`)).toBe(true);
    expect(ns.mounts().at('/old/root/proc')?.fsType).toBe('proc');
    ns.umount('/old/root', { lazy: true });
    expect(await listEverywhere('/old/root')).toEqual([]);
  });

  operationTest(
    'takes a directory that is no mount point, of the host even',
    ['root/', 'root/f'],
    (ns, dir) => {
      ns.pivotRoot(`${dir}/root`);
      expect(fs.readdirSync('/')).toEqual(['f']);
    },
  );

  operationTest('provides putOld without a trace on the host', ['root/', 'root/f'], (ns, dir) => {
    ns.pivotRoot(`${dir}/root`, `${dir}/root/old`);
    expect(fs.readdirSync('/').sort()).toEqual(['f', 'old']);
    expect(fs.readdirSync(`/old${dir}/root`)).toEqual(['f']);
  });

  operationTest('takes the mounts below the new root along', ['root/sub/'], (ns, dir) => {
    ns.tmpfs(`${dir}/root/sub`);
    fs.writeFileSync(`${dir}/root/sub/f`, '');
    ns.pivotRoot(`${dir}/root`);
    expect(fs.readdirSync('/sub')).toEqual(['f']);
  });

  operationTest('takes no mounts away when it fails in a shared tree', ['root/'], (ns, dir) => {
    ns.tmpfs(`${dir}/root`);
    fs.mkdirSync(`${dir}/root/new`);
    ns.tmpfs(`${dir}/root/new/a`);
    ns.tmpfs(`${dir}/root/new/a/b`);
    ns.propagation('/', 'shared', { recursive: true });
    const before = String(ns.mounts());
    expect(errorOf(() => ns.pivotRoot(`${dir}/root/new`)).code).toBe('EINVAL');
    expect(String(ns.mounts())).toBe(before);
  });

  operationTest('leaves no mounts where it has travelled when it fails', ['new/a/', 'other/'], (ns, dir) => {
    ns.propagation('/', 'shared', { recursive: true });
    ns.bind(`${dir}/new`, `${dir}/other`);
    ns.tmpfs(`${dir}/new/a`);
    const before = String(ns.mounts());
    expect(errorOf(() => ns.pivotRoot(`${dir}/new`)).code).toBe('EINVAL');
    expect(String(ns.mounts())).toBe(before);
  });

  operationTest('keeps a working directory that lies in the new root', ['root/sub/'], (ns, dir) => {
    process.chdir(`${dir}/root/sub`);
    ns.pivotRoot(`${dir}/root`);
    expect(process.cwd()).toBe('/sub');
  });

  operationTest('can be done again, and in a scope inside', ['one/', 'two/'], async (ns, dir) => {
    ns.tmpfs(`${dir}/one`);
    fs.mkdirSync(`${dir}/one/two`);
    fs.writeFileSync(`${dir}/one/f`, '');
    ns.pivotRoot(`${dir}/one`);
    await withMountNamespace((inner) => {
      inner.tmpfs('/two');
      inner.pivotRoot('/two');
      expect(fs.readdirSync('/')).toEqual([]);
    });
    expect(fs.readdirSync('/').sort()).toEqual(['f', 'two']);
    ns.pivotRoot('/two');
    expect(fs.readdirSync('/')).toEqual([]);
  });

  operationTest('lets operations go on in the new root', ['root/'], async (ns, dir) => {
    ns.tmpfs(`${dir}/root`);
    ns.pivotRoot(`${dir}/root`);
    ns.tmpfs('/data');
    fs.writeFileSync('/data/f', 'x');
    ns.readonly('/data');
    expect(() => fs.writeFileSync('/data/g', '')).toThrow('EROFS');
    expect(await fs.promises.readFile('/data/f', 'utf8')).toBe('x');
  });

  operationTest(
    'keeps mounts of the new root that are peers of mounts of the old',
    ['a/', 'root/'],
    (ns, dir) => {
      ns.tmpfs(`${dir}/a`);
      fs.mkdirSync(`${dir}/a/x`);
      ns.propagation(`${dir}/a`, 'shared');
      ns.tmpfs(`${dir}/root`);
      ns.bind(`${dir}/a`, `${dir}/root/b`);
      ns.tmpfs(`${dir}/a/x`);
      ns.pivotRoot(`${dir}/root`);
      expect(ns.mounts().at('/b/x')?.fsType).toBe('tmpfs');
    },
  );
});
