import fs from 'node:fs';
import { type MountNamespace, withMountNamespace } from 'mountns';
import { describe, expect, test } from 'mountns/vitest';
import { contentOf, makeDecoys, requireContained } from './decoys.js';

interface Decoys {
  directory: string;
  /** A mount point of the scope around. */
  above: string;
  named: string;
}

type Act = (ns: MountNamespace, decoys: Decoys) => void;

/** Acts where `named` is copy-on-write, writes there, and looks for it outside. */
async function expectContained(act: Act, isNested = false): Promise<void> {
  const directory = makeDecoys({ 'above/named/file': 'old', 'above/x/y': '', 'other/x': '' });
  const above = `${directory}/above`;
  const named = `${above}/named`;
  const before = contentOf(directory);
  const actAndWrite = (ns: MountNamespace) => {
    requireContained(named);
    act(ns, { directory, above, named });
    for (const write of [() => fs.rmSync(`${named}/file`), () => fs.writeFileSync(`${named}/new`, '')]) {
      try {
        write();
      } catch (error) {
        expect((error as NodeJS.ErrnoException).code).toMatch(/^(ENOENT|EROFS|EACCES|ENOSPC)$/);
      }
    }
    // By its other paths.
    const others = ['/mnt/other', '/named', '/above/named', `${directory}/other/named`, '/mnt/c/named'];
    for (const path of [...others, `/mnt${named}`])
      if (fs.existsSync(`${path}/file`)) fs.rmSync(`${path}/file`);
  };
  await withMountNamespace(async (outer) => {
    outer.bind(above, above);
    await withMountNamespace({ copyOnWrite: [named] }, async (ns) => {
      if (isNested) await withMountNamespace(actAndWrite);
      else actAndWrite(ns);
    });
    // The kernel's own, of an overlay.
    fs.rmSync(`${directory}/other/work`, { recursive: true, force: true });
    expect(contentOf(directory)).toEqual(before);
  });
}

const refusalOf = (named: string) => ({
  name: 'MountError',
  code: 'EBUSY',
  why: `it would uncover what is beneath ${named}, which the scope has made copy-on-write`,
  fix: 'do it outside of that scope, or use copyOnWrite: true',
});

describe.each([false, true])(
  'beneath a named directory nothing is written to, in a scope inside: %s,',
  (isNested) => {
    const REFUSED: Record<string, Act> = {
      'when the root is unmounted': (ns) => ns.umount('/'),
      'when the root is unmounted lazily': (ns) => ns.umount('/', { lazy: true }),
      'when what it lies on is unmounted': (ns, { above }) => ns.umount(above),
      'when what it lies on is unmounted lazily': (ns, { above }) => ns.umount(above, { lazy: true }),
      'when what it lies on is moved': (ns, { above }) => ns.move(above, '/mnt/moved'),
      'when a new root is unmounted': (ns, { above }) => {
        ns.pivotRoot(above);
        ns.umount('/', { lazy: true });
      },
      'when a new root is unmounted that has the old one': (ns, { above }) => {
        ns.pivotRoot(above, `${above}/x`);
        ns.umount('/', { lazy: true });
      },
      'when a new root is unmounted that has a directory for the old one': (ns, { above }) => {
        ns.pivotRoot(above, `${above}/old`);
        ns.umount('/', { lazy: true });
      },
      'when a new root is unmounted that the old one was on': (ns, { above }) => {
        ns.pivotRoot(above, above);
        ns.umount('/', { lazy: true });
        ns.umount('/', { lazy: true });
      },
      'when what it lies on is unmounted in the old root': (ns, { directory, above }) => {
        ns.pivotRoot(`${directory}/other`, `${directory}/other/mnt`);
        ns.umount(`/mnt${above}`, { lazy: true });
      },
      'when what it lies on is unmounted, at whose place a root was before': (ns, { directory, above }) => {
        ns.pivotRoot(`${directory}/other`, `${directory}/other${above}`);
        ns.pivotRoot(above);
        ns.umount(above, { lazy: true });
      },
      'when a copy is unmounted that takes it along': (ns, { above }) => {
        ns.propagation(above, 'shared', { recursive: true });
        ns.bind(above, '/mnt/c', { recursive: true });
        ns.umount('/mnt/c', { lazy: true });
      },
      'when copies are unmounted that take it along': (ns, { above }) => {
        ns.propagation(above, 'shared', { recursive: true });
        ns.bind(above, '/mnt/c', { recursive: true });
        for (let time = 0; time < 2; time++) ns.umount('/mnt/c/named', { lazy: true });
      },
      'when copies are unmounted that it follows': (ns, { above }) => {
        ns.propagation(above, 'shared', { recursive: true });
        ns.bind(above, '/mnt/c', { recursive: true });
        ns.propagation(above, 'slave', { recursive: true });
        for (let time = 0; time < 2; time++) ns.umount('/mnt/c/named', { lazy: true });
      },
    };
    test.each(Object.entries(REFUSED))('%s', (way, act) =>
      expectContained((ns, decoys) => {
        const inOldRoot = { 'the old root': '/mnt', 'a directory for the old one': '/old' };
        const [, prefix = ''] = Object.entries(inOldRoot).find(([end]) => way.endsWith(end)) ?? [];
        const isInNewRoot = prefix === '' && way.includes('new root');
        const refusal = refusalOf(isInNewRoot ? '/named' : prefix + decoys.named);
        expect(() => act(ns, decoys)).toThrow(expect.objectContaining(refusal));
      }, isNested),
    );

    const ALLOWED: Record<string, Act> = {
      'when a copy of what it lies on is put over it and taken away': (ns, { above }) => {
        ns.readonly(above);
        ns.readonly(above);
        ns.bind(above, above, { recursive: true });
        ns.umount(above, { lazy: true });
      },
      'when what it lies on is bound over itself': (ns, { above }) => ns.bind(above, above),
      'when a bind leaves out what is unbindable': (ns, { above }) => {
        ns.propagation(above, 'unbindable', { recursive: true });
        ns.propagation(above, 'private');
        ns.bind(above, above, { recursive: true });
      },
      'when a bind leaves out what it lies on, which is unbindable': (ns, { directory, above }) => {
        ns.propagation(above, 'unbindable');
        ns.bind(directory, directory, { recursive: true });
      },
      'when a new root leaves out what is unbindable': (ns, { directory }) => {
        ns.propagation('/', 'unbindable', { recursive: true });
        ns.propagation('/', 'private');
        ns.bind(directory, '/mnt/c', { recursive: true });
        ns.pivotRoot('/mnt/c');
      },
      'when what is above that is bound over itself': (ns, { directory }) => ns.bind(directory, directory),
      'when what it lies on is bound elsewhere': (ns, { directory, above }) => {
        ns.bind(above, `${directory}/other`);
        expect(fs.existsSync(`${directory}/other/named/file`)).toBe(true);
        fs.writeFileSync(`${directory}/other/named/new`, '');
      },
      'when what it lies on is bound over a symbolic link to it': (ns, { above }) => {
        ns.tmpfs('/mnt/c');
        fs.symlinkSync(above, '/mnt/c/above');
        ns.bind('/mnt/c/above', '/mnt/c');
      },
      'when what it lies on is bound elsewhere, to be read only': (ns, { directory, above }) => {
        ns.bind(above, `${directory}/other`, { readonly: true });
        expect(() => fs.writeFileSync(`${directory}/other/named/new`, '')).toThrow('EROFS');
      },
      'when a copy is moved that would take it along if it were unmounted': (ns, { above }) => {
        ns.propagation(above, 'shared', { recursive: true });
        ns.bind(above, '/mnt/c', { recursive: true });
        ns.move('/mnt/c', '/mnt/other');
      },
      'when what it lies on is bound elsewhere, and is the root': (ns, { above }) => {
        ns.bind(above, '/mnt/c');
        ns.pivotRoot('/mnt/c');
      },
      'when what it lies on is the upper layer of an overlay': (ns, { directory, above }) => {
        ns.bind(directory, directory);
        ns.overlay('/mnt/c', { lower: '/srv', upper: above, work: `${directory}/other` });
      },
      'when what it lies on is that layer, over a symbolic link to it': (ns, { directory, above }) => {
        ns.bind(directory, directory);
        ns.tmpfs('/mnt/c');
        fs.symlinkSync(above, '/mnt/c/above');
        ns.overlay('/mnt/c', { lower: '/srv', upper: '/mnt/c/above', work: `${directory}/other` });
      },
      'when the old root is unmounted': (ns, { directory }) => {
        ns.bind('/', `${directory}/other`);
        ns.pivotRoot(`${directory}/other`, `${directory}/other/mnt`);
        ns.umount('/mnt', { lazy: true });
      },
      ...Object.fromEntries(
        (['EACCES', 'EBUSY', 'ENOSPC', 'EROFS', 'EXDEV', 'ELOOP'] as const).map((errno) => [
          `when ${errno} is induced above`,
          (ns: MountNamespace, { above, directory }: Decoys) => {
            ns.induce(errno, above);
            ns.induce(errno, directory);
          },
        ]),
      ),
      'when overlays are mounted above': (ns, { above, directory }) => {
        ns.overlay(above);
        ns.overlay(directory);
      },
      'when mount points are provided above': (ns, { above, directory }) => {
        ns.tmpfs(`${above}/missing`);
        ns.tmpfs(`${directory}/missing`);
        ns.tmpfs('/mountns-missing');
      },
    };
    test.each(Object.entries(ALLOWED))('%s', (_, act) => expectContained(act, isNested));
  },
);

test('an old root can not go where a directory in it is named', async () => {
  const directory = makeDecoys({ 'root/mnt/srv/x': '' });
  const before = contentOf(directory);
  await withMountNamespace(async (outer) => {
    outer.pivotRoot(`${directory}/root`, `${directory}/root/mnt`);
    await withMountNamespace({ copyOnWrite: ['/mnt/srv'] }, (ns) => {
      const act = () => ns.umount('/mnt', { lazy: true });
      expect(act).toThrow(expect.objectContaining(refusalOf('/mnt/srv')));
      fs.rmSync('/mnt/srv/x', { force: true });
    });
    outer.umount('/mnt', { lazy: true });
    expect(fs.readdirSync('/mnt/srv')).toEqual(['x']);
  });
  expect(contentOf(directory)).toEqual(before);
});

test('what lies above a named directory can go where all is copy-on-write', async () => {
  const directory = makeDecoys({ 'above/named/file': 'old' });
  const above = `${directory}/above`;
  const before = contentOf(directory);
  await withMountNamespace(async (outer) => {
    outer.bind(above, above);
    await withMountNamespace({ copyOnWrite: [`${above}/named`] }, async () => {
      await withMountNamespace({ copyOnWrite: true }, async (ns) => {
        const uncover = (inner: MountNamespace) => {
          inner.umount(above, { lazy: true });
          fs.writeFileSync(`${above}/named/file`, 'new');
          inner.umount('/', { lazy: true });
          fs.rmSync(`${above}/named/file`);
        };
        await withMountNamespace(uncover);
        uncover(ns);
      });
    });
  });
  expect(contentOf(directory)).toEqual(before);
});

test('what is no mount point is refused as what it is, above a named directory and in it', async () => {
  const directory = makeDecoys({ 'above/named/x/y': '', 'above/x/y': '' });
  const above = `${directory}/above`;
  await withMountNamespace(async (outer) => {
    outer.bind(above, above);
    await withMountNamespace({ copyOnWrite: [`${above}/named`] }, (ns) => {
      for (const path of [`${above}/x`, `${above}/named/x`]) {
        const why = expect.stringContaining(`${path} is not a mount point, it lies on`);
        expect(() => ns.umount(path)).toThrow(expect.objectContaining({ code: 'EINVAL', why }));
      }
    });
  });
});

test('a bind over what is above is refused where a named directory has no place in it', async () => {
  const directory = makeDecoys({ 'above/x': '' });
  const named = `${directory}/above/named`;
  await withMountNamespace(async (outer) => {
    outer.tmpfs(`${directory}/above`);
    fs.mkdirSync(named);
    await withMountNamespace({ copyOnWrite: [named] }, async (ns) => {
      await withMountNamespace({ copyOnWrite: true }, (inner) => inner.bind(directory, directory));
      expect(() => ns.bind(directory, directory)).toThrow(expect.objectContaining(refusalOf(named)));
      fs.writeFileSync(`${named}/new`, '');
      ns.bind(directory, '/mnt/bound');
      expect(fs.readdirSync('/mnt/bound/above')).toEqual(['x']);
      ns.pivotRoot('/mnt/bound', '/mnt/bound/old');
      const inOldRoot = expect.objectContaining(refusalOf(`/old${named}`));
      expect(() => ns.bind(`/old${directory}`, `/old${directory}`)).toThrow(inOldRoot);
    });
    expect(fs.readdirSync(named)).toEqual([]);
  });
});

test('each bind over what is above takes a named directory along once', async () => {
  const directory = makeDecoys({ 'above/named/file': 'old' });
  const named = `${directory}/above/named`;
  const before = contentOf(directory);
  await withMountNamespace({ copyOnWrite: [named] }, (ns) => {
    const counts = () => [ns.mounts().length, fs.readdirSync('/proc/self/fd').length] as const;
    const made = Array.from({ length: 5 }, () => {
      const [mounts, descriptors] = counts();
      ns.bind(directory, directory);
      const now = counts();
      return { mounts: now[0] - mounts, descriptors: now[1] - descriptors };
    });
    // The bind, the directory, and what is beneath that. The last two are held.
    expect(made).toEqual(Array(5).fill({ mounts: 3, descriptors: 2 }));
    fs.writeFileSync(`${named}/file`, 'new');
    expect(ns.changes().modified).toEqual([`${named}/file`]);
  });
  expect(contentOf(directory)).toEqual(before);
});

test('an operation that fails keeps no descriptors of a named directory', async () => {
  const directory = makeDecoys({ 'above/named/file': 'old', file: '' });
  await withMountNamespace({ copyOnWrite: [`${directory}/above/named`] }, (ns) => {
    const before = fs.readdirSync('/proc/self/fd').length;
    expect(() => ns.pivotRoot(directory, `${directory}/file`)).toThrow('ENOTDIR');
    expect(fs.readdirSync('/proc/self/fd')).toHaveLength(before);
  });
});
