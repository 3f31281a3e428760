import fs from 'node:fs';
import { type MountNamespace, withMountNamespace } from 'mountns';
import { describe, expect } from 'mountns/vitest';
import { operationTest } from './operation-test.js';

/** Each covers the directory `dir` with something that shows the same. */
const COVERING: Record<string, (ns: MountNamespace, dir: string) => void> = {
  readonly: (ns, dir) => ns.readonly(dir),
  overlay: (ns, dir) => ns.overlay(dir),
  'a missing mount point': (ns, dir) => ns.tmpfs(`${dir}/missing`),
  EACCES: (ns, dir) => ns.induce('EACCES', dir),
  EBUSY: (ns, dir) => ns.induce('EBUSY', dir),
  ELOOP: (ns, dir) => ns.induce('ELOOP', dir),
  ENOSPC: (ns, dir) => ns.induce('ENOSPC', dir),
  EROFS: (ns, dir) => ns.induce('EROFS', dir),
  EXDEV: (ns, dir) => ns.induce('EXDEV', dir),
};

describe('unbindable mounts', () => {
  /** One that is seen, and one that another mount is stacked on. */
  const prepare = (ns: MountNamespace, dir: string) => {
    for (const name of ['seen', 'covered']) {
      ns.tmpfs(`${dir}/${name}`);
      fs.writeFileSync(`${dir}/${name}/file`, '');
      ns.propagation(`${dir}/${name}`, 'unbindable');
    }
    ns.tmpfs(`${dir}/covered`);
  };
  const expectThere = (ns: MountNamespace, dir: string, type: string) => {
    ns.umount(`${dir}/covered`);
    for (const name of ['seen', 'covered']) {
      expect(fs.readdirSync(`${dir}/${name}`)).toEqual(['file']);
      const mounts = ns.mounts().filter({ mountPoint: `${dir}/${name}`, fsType: 'tmpfs' });
      expect([...new Set(mounts.map(({ propagation }) => propagation))]).toEqual([type]);
    }
  };

  for (const [what, cover] of Object.entries(COVERING)) {
    operationTest(`stay what they are, and in sight: ${what}`, ['seen/', 'covered/'], (ns, dir) => {
      prepare(ns, dir);
      cover(ns, dir);
      const original = ns.mounts().find({ mountPoint: `${dir}/covered`, propagation: 'private' });
      expect(original).toBeDefined();
      // What is covered has not been touched: one mount stacked on another, and a copy of both.
      expect(ns.mounts().filter({ mountPoint: `${dir}/covered`, fsType: 'tmpfs' })).toHaveLength(4);
      ns.umount(`${dir}/covered`);
      for (const name of ['seen', 'covered']) {
        expect(fs.readdirSync(`${dir}/${name}`)).toEqual(['file']);
        expect(`${dir}/${name}`).toHavePropagation('unbindable');
      }
    });
  }

  for (const [what, cover] of Object.entries(COVERING)) {
    operationTest(`on files stay what they are, and hidden: ${what}`, ['file'], (ns, dir) => {
      ns.readonly(`${dir}/file`);
      ns.propagation(`${dir}/file`, 'unbindable');
      ns.mask(`${dir}/file`);
      cover(ns, dir);
      expect(fs.readFileSync(`${dir}/file`, 'utf8')).toBe('');
      ns.umount(`${dir}/file`);
      expect(fs.readFileSync(`${dir}/file`, 'utf8')).toBe('file');
      expect(`${dir}/file`).toHavePropagation('unbindable');
    });
  }

  operationTest('are in a new root', ['seen/', 'covered/'], (ns, dir) => {
    prepare(ns, dir);
    ns.pivotRoot(dir);
    expectThere(ns, '', 'unbindable');
  });

  for (const copyOnWrite of [false, ['/srv']]) {
    operationTest(
      `are in a scope inside: copyOnWrite ${copyOnWrite}`,
      ['seen/', 'covered/'],
      async (ns, dir) => {
        prepare(ns, dir);
        await withMountNamespace({ copyOnWrite }, (inner) => expectThere(inner, dir, 'private'));
        expectThere(ns, dir, 'unbindable');
      },
    );
  }

  for (const [what, cover] of Object.entries(COVERING)) {
    operationTest(`can be what a directory lies on: ${what}`, ['d/', 'd/f'], (ns, dir) => {
      ns.propagation('/', 'unbindable');
      cover(ns, `${dir}/d`);
      expect(fs.readdirSync(`${dir}/d`)).toContain('f');
      expect('/').toHavePropagation('unbindable');
    });
  }

  operationTest('can be a layer for mount points that is read-only', ['d/'], (ns, dir) => {
    ns.readonly(`${dir}/d`);
    ns.tmpfs(`${dir}/d/one`);
    ns.propagation(`${dir}/d`, 'unbindable');
    ns.tmpfs(`${dir}/d/two`);
    expect(fs.readdirSync(`${dir}/d`)).toEqual(['one', 'two']);
    expect(`${dir}/d`).toHavePropagation('unbindable');
  });

  operationTest('can be the root: of scopes, of a full file', ['f'], async (ns, dir) => {
    ns.propagation('/', 'unbindable');
    for (const copyOnWrite of [false, [dir], true]) {
      await withMountNamespace({ copyOnWrite }, () => {
        expect(fs.readdirSync(dir)).toEqual(['f']);
      });
    }
    ns.induce('ENOSPC', `${dir}/f`);
    expect('/').toHavePropagation('unbindable');
    ns.tmpfs('/mountns-missing');
    expect(fs.readdirSync(dir)).toEqual(['f']);
  });
});
