import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { type Changes, type ScopeOptions, withMountNamespace } from 'mountns';
import { describe, expect, test } from 'mountns/vitest';
import { fsetxattr } from '../../../native/xattr.cjs';
import { contentOf, makeDecoys, requireContained } from './decoys.js';

const FILES = {
  file: 'old',
  other: 'old',
  linked: 'old',
  'dir/a': 'a',
  'dir/b': 'b',
  'dir/sub/c': 'c',
  'dir/sub/d': 'd',
};

type Difference = Partial<Record<keyof Changes, string[]>>;

const cases: [name: string, change: (at: string) => void, expected: Difference][] = [
  ['nothing', () => {}, {}],
  ['a new file', (at) => fs.writeFileSync(`${at}/new`, ''), { created: ['new'] }],
  [
    'a new directory, with what is in it',
    (at) => {
      fs.mkdirSync(`${at}/new/sub`, { recursive: true });
      fs.symlinkSync('nowhere', `${at}/new/sub/link`);
    },
    { created: ['new', 'new/sub', 'new/sub/link'] },
  ],
  [
    'another content of the same length',
    (at) => fs.writeFileSync(`${at}/file`, 'new'),
    { modified: ['file'] },
  ],
  ['another mode', (at) => fs.chmodSync(`${at}/dir/a`, 0o600), { modified: ['dir/a'] }],
  ['another owner of a directory', (at) => fs.chownSync(`${at}/dir/sub`, 1, 1), { modified: ['dir/sub'] }],
  ['another extended attribute', (at) => setAttribute(`${at}/file`), { modified: ['file'] }],
  [
    'opening for writing and other times',
    (at) => {
      fs.closeSync(fs.openSync(`${at}/file`, 'r+'));
      fs.writeFileSync(`${at}/other`, 'old');
      fs.utimesSync(`${at}/dir/a`, 1, 1);
    },
    {},
  ],
  [
    'a change that is taken back',
    (at) => {
      fs.writeFileSync(`${at}/new`, '');
      fs.rmSync(`${at}/new`);
      fs.renameSync(`${at}/file`, `${at}/moved`);
      fs.renameSync(`${at}/moved`, `${at}/file`);
      fs.chmodSync(`${at}/dir/a`, 0o600);
      fs.chmodSync(`${at}/dir/a`, 0o644);
    },
    {},
  ],
  ['a file that is deleted', (at) => fs.rmSync(`${at}/dir/a`), { deleted: ['dir/a'] }],
  ['a directory that is deleted', (at) => fs.rmSync(`${at}/dir`, { recursive: true }), { deleted: ['dir'] }],
  [
    'a directory that is deleted and made again',
    (at) => {
      fs.rmSync(`${at}/dir`, { recursive: true });
      fs.mkdirSync(`${at}/dir/sub`, { recursive: true });
      fs.writeFileSync(`${at}/dir/a`, 'a');
      fs.writeFileSync(`${at}/dir/sub/c`, 'C');
      fs.writeFileSync(`${at}/dir/sub/e`, 'e');
    },
    { created: ['dir/sub/e'], modified: ['dir/sub/c'], deleted: ['dir/b', 'dir/sub/d'] },
  ],
  [
    'a file that is moved',
    (at) => fs.renameSync(`${at}/file`, `${at}/dir/moved`),
    {
      created: ['dir/moved'],
      deleted: ['file'],
    },
  ],
  [
    'a directory that is moved, with changes in it',
    (at) => {
      fs.renameSync(`${at}/dir`, `${at}/moved`);
      fs.rmSync(`${at}/moved/sub/c`);
      fs.writeFileSync(`${at}/moved/e`, '');
    },
    {
      created: ['moved', 'moved/a', 'moved/b', 'moved/e', 'moved/sub', 'moved/sub/d'],
      deleted: ['dir'],
    },
  ],
  [
    'a directory that is moved to where another was',
    (at) => {
      fs.rmSync(`${at}/dir/a`);
      fs.mkdirSync(`${at}/away`);
      fs.renameSync(`${at}/dir/sub`, `${at}/away/sub`);
      fs.rmSync(`${at}/dir`, { recursive: true });
      fs.renameSync(`${at}/away/sub`, `${at}/dir`);
      fs.rmdirSync(`${at}/away`);
    },
    { created: ['dir/c', 'dir/d'], deleted: ['dir/a', 'dir/b', 'dir/sub'] },
  ],
  [
    'a file that becomes a directory',
    (at) => {
      fs.rmSync(`${at}/file`);
      fs.mkdirSync(`${at}/file`);
      fs.writeFileSync(`${at}/file/in`, '');
    },
    { created: ['file', 'file/in'], deleted: ['file'] },
  ],
  [
    'a directory that becomes a file',
    (at) => {
      fs.rmSync(`${at}/dir`, { recursive: true });
      fs.writeFileSync(`${at}/dir`, '');
    },
    { created: ['dir'], deleted: ['dir'] },
  ],
  [
    'a file that becomes a link',
    (at) => {
      fs.rmSync(`${at}/file`);
      fs.symlinkSync('other', `${at}/file`);
    },
    { created: ['file'], deleted: ['file'] },
  ],
  [
    'another link target',
    (at) => {
      fs.rmSync(`${at}/link`);
      fs.symlinkSync('other', `${at}/link`);
    },
    { modified: ['link'] },
  ],
  ['a hard link', (at) => fs.linkSync(`${at}/file`, `${at}/hard`), { created: ['hard'] }],
  ['one of two hard links', (at) => fs.writeFileSync(`${at}/linked`, 'new'), { modified: ['linked'] }],
  ['a device node', (at) => execFileSync('mknod', [`${at}/node`, 'c', '1', '3']), { created: ['node'] }],
  [
    'names in no particular order',
    (at) => {
      for (const name of ['z', 'A', 'é', 'a b', 'a\nb']) fs.writeFileSync(`${at}/${name}`, '');
    },
    { created: ['A', 'a\nb', 'a b', 'z', 'é'] },
  ],
];

function setAttribute(file: string): void {
  const fd = fs.openSync(file, 'r');
  fsetxattr(fd, 'trusted.mountns', Buffer.from('x'));
  fs.closeSync(fd);
}

function prepare(): string {
  const decoys = makeDecoys(FILES);
  fs.linkSync(`${decoys}/linked`, `${decoys}/linked-too`);
  fs.symlinkSync('file', `${decoys}/link`);
  return decoys;
}

async function expectChanges(
  at: string,
  options: ScopeOptions,
  [, change, expected]: (typeof cases)[number],
) {
  await withMountNamespace(options, (ns) => {
    requireContained(at);
    change(at);
    const absolute = (names: string[] = []) => names.map((name) => `${at}/${name}`);
    expect(ns.changes()).toEqual({
      created: absolute(expected.created),
      modified: absolute(expected.modified),
      deleted: absolute(expected.deleted),
    });
  });
}

describe.each(cases)('%s', (...row) => {
  test('in a tree that is copy-on-write', async () => {
    const decoys = prepare();
    const before = contentOf(decoys);
    await expectChanges(decoys, { copyOnWrite: true }, row);
    expect(contentOf(decoys)).toEqual(before);
  });

  test('in a directory that is copy-on-write', async () => {
    const decoys = prepare();
    await expectChanges(decoys, { copyOnWrite: [decoys] }, row);
  });

  test('in a scope inside one that changed the same directory', async () => {
    const decoys = prepare();
    await withMountNamespace({ copyOnWrite: true }, async () => {
      const original = contentOf(decoys);
      fs.renameSync(`${decoys}/dir`, `${decoys}/was`);
      fs.cpSync(`${decoys}/was`, `${decoys}/dir`, { recursive: true });
      fs.rmSync(`${decoys}/was`, { recursive: true });
      fs.writeFileSync(`${decoys}/file`, 'old');
      expect(contentOf(decoys)).toEqual(original);
      await expectChanges(decoys, { copyOnWrite: true }, row);
      await expectChanges(decoys, { copyOnWrite: [`${decoys}`, '/srv'] }, row);
    });
  });
});

test('tells of every overlay of the scope, and not of what is mounted above', async () => {
  const decoys = makeDecoys({ 'disk/x': '', 'covered/old': '', file: '' });
  await withMountNamespace(async (outer) => {
    outer.tmpfs(`${decoys}/disk`);
    await withMountNamespace({ copyOnWrite: true }, (ns) => {
      fs.writeFileSync(`${decoys}/disk/new`, '');
      fs.writeFileSync(`${decoys}/covered/before`, '');
      ns.tmpfs(`${decoys}/covered`);
      fs.writeFileSync(`${decoys}/covered/above`, '');
      ns.umount('/proc', { lazy: true });
      expect(ns.changes()).toEqual({
        created: [`${decoys}/covered/before`, `${decoys}/disk/new`],
        modified: [],
        deleted: [],
      });
    });
  });
});

test('tells of a directory that is mounted elsewhere when one above it is deleted', async () => {
  const decoys = makeDecoys({ 'above/dir/file': '', 'elsewhere/x': '' });
  await withMountNamespace(async (outer) => {
    outer.bind(`${decoys}/above/dir`, `${decoys}/elsewhere`);
    await withMountNamespace({ copyOnWrite: true }, (ns) => {
      fs.rmSync(`${decoys}/above`, { recursive: true });
      expect(fs.readdirSync(`${decoys}/elsewhere`)).toEqual([]);
      expect(ns.changes().deleted).toEqual([`${decoys}/above`, `${decoys}/elsewhere`]);
      fs.writeFileSync(`${decoys}/above`, '');
      expect(ns.changes().deleted).toEqual([`${decoys}/above`, `${decoys}/elsewhere`]);
    });
  });
});

test('tells of what was made from a provided mount point, and not of one that was there before', async () => {
  const decoys = makeDecoys({ 'real/file': '' });
  await withMountNamespace({ copyOnWrite: [decoys] }, (ns) => {
    for (const name of ['real', 'new']) {
      fs.rmSync(`${decoys}/${name}`, { recursive: true, force: true });
      ns.tmpfs(`${decoys}/${name}/deep`);
      ns.umount(`${decoys}/${name}/deep`);
    }
    expect(ns.changes()).toEqual({ created: [], modified: [], deleted: [`${decoys}/real/file`] });
    execFileSync('cp', ['-a', `${decoys}/new`, `${decoys}/copied`]);
    fs.renameSync(`${decoys}/new`, `${decoys}/renamed`);
    const names = ['copied', 'copied/deep', 'renamed', 'renamed/deep'];
    expect(ns.changes().created).toEqual(names.map((name) => `${decoys}/${name}`));
  });
});

test('tells nothing of mount points that were provided', async () => {
  const decoys = makeDecoys({ file: '' });
  const at = (...names: string[]) => names.map((name) => `${decoys}/${name}`);
  for (const copyOnWrite of [true, [decoys]]) {
    await withMountNamespace({ copyOnWrite }, (ns) => {
      ns.tmpfs(`${decoys}/new/disk`);
      ns.bind(`${decoys}/file`, `${decoys}/bound`);
      fs.writeFileSync(`${decoys}/new/disk/in`, '');
      expect(ns.changes()).toEqual({ created: [], modified: [], deleted: [] });
      ns.umount(`${decoys}/new/disk`);
      ns.umount(`${decoys}/bound`);
      expect(ns.changes()).toEqual({ created: [], modified: [], deleted: [] });
      fs.writeFileSync(`${decoys}/new/disk/own`, '');
      fs.writeFileSync(`${decoys}/bound`, 'own');
      expect(ns.changes().created).toEqual(at('bound', 'new/disk/own'));
      fs.rmSync(`${decoys}/new/disk`, { recursive: true });
      fs.mkdirSync(`${decoys}/new/disk`);
      expect(ns.changes().created).toEqual(at('bound', 'new/disk'));
    });
  }
});

test('compares sparse files by their data: a hole and zeros are the same', async () => {
  const decoys = makeDecoys({ huge: '', written: '', filled: '', emptied: '', lost: '' });
  const at = (name: string) => `${decoys}/${name}`;
  const write = (name: string, content: Buffer) => {
    const fd = fs.openSync(at(name), 'r+');
    fs.writeSync(fd, content, 0, content.length, SIZE / 2);
    fs.closeSync(fd);
  };
  // As large as this, none could be read.
  const SIZE = 2 ** 40;
  const zeros = Buffer.alloc(2 ** 20);
  for (const name of fs.readdirSync(decoys)) fs.truncateSync(at(name), SIZE);
  write('emptied', zeros);
  write('lost', Buffer.from('x'));
  await withMountNamespace({ copyOnWrite: [decoys] }, (ns) => {
    requireContained(decoys);
    fs.utimesSync(at('huge'), 1, 1);
    write('filled', zeros);
    fs.truncateSync(at('emptied'), 0);
    fs.truncateSync(at('emptied'), SIZE);
    expect(ns.changes()).toEqual({ created: [], modified: [], deleted: [] });
    write('written', Buffer.from('x'));
    fs.truncateSync(at('lost'), 0);
    fs.truncateSync(at('lost'), SIZE);
    expect(ns.changes().modified).toEqual([at('lost'), at('written')]);
  });
});

test('prints well', async () => {
  await withMountNamespace({ copyOnWrite: ['/etc', '/srv'] }, (ns) => {
    requireContained('/etc');
    fs.appendFileSync('/etc/passwd', 'decoy:x:4242:4242::/:/bin/false\n');
    fs.rmSync('/etc/group');
    fs.writeFileSync('/srv/mountns-decoy', '');
    expect(ns.changes()).toMatchInlineSnapshot(`
      {
        "created": [
          "/srv/mountns-decoy",
        ],
        "deleted": [
          "/etc/group",
        ],
        "modified": [
          "/etc/passwd",
        ],
      }
    `);
  });
});

test('tells nothing of mounts where the scope around has a root that is shared', async () => {
  const decoys = makeDecoys({ 'dir/x': '', file: '' });
  await withMountNamespace(async (outer) => {
    outer.propagation('/', 'shared');
    await withMountNamespace({ copyOnWrite: true }, (ns) => {
      fs.writeFileSync(`${decoys}/dir/new`, '');
      ns.tmpfs(`${decoys}/dir`);
      fs.writeFileSync(`${decoys}/dir/above`, '');
      ns.bind('/etc/hosts', `${decoys}/file`);
      expect(ns.changes()).toEqual({ created: [`${decoys}/dir/new`], modified: [], deleted: [] });
    });
  });
});

test('tells nothing of mounts that were there, where that root is shared and they have moved', async () => {
  const decoys = makeDecoys({ 'dir/sub/x': '' });
  await withMountNamespace(async (outer) => {
    outer.propagation('/', 'shared');
    outer.tmpfs(`${decoys}/dir/sub`);
    fs.writeFileSync(`${decoys}/dir/sub/above`, '');
    await withMountNamespace({ copyOnWrite: true }, (ns) => {
      fs.renameSync(`${decoys}/dir`, `${decoys}/moved`);
      const created = ['', '/sub', '/sub/x'].map((below) => `${decoys}/moved${below}`);
      expect(ns.changes()).toEqual({ created, modified: [], deleted: [`${decoys}/dir`] });
    });
  });
});
