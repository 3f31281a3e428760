import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { type Mount, MountError, type MountNamespace, withMountNamespace } from 'mountns';
import { describe, expect } from 'mountns/vitest';
import { test } from 'vitest';
import { mount as mountCall, umount2 } from '../../../native/mount.cjs';
import { encodePath } from '../../../native/path-bytes.cjs';
import { temporaryDirectory } from '../../temporary-directory.js';
import { anyName } from './names.js';

const KEYS = ['size', 'nr_inodes', 'mode', 'uid', 'gid', 'huge', 'mpol'];
const anyValue = fc
  .array(
    fc.constantFrom(
      ...[
        '1m',
        '64k',
        '0700',
        '7',
        'never',
        'bind:0',
        '%',
        '-',
        '=',
        ',',
        '\\',
        '"',
        "'",
        ' ',
        '\n',
        '\0',
        ':',
      ],
      ...[',mode=0777', ',uid=7', '",gid=7', '\\,noswap', 'noswap', 'ä', '\udcff', 'x'.repeat(300)],
    ),
    { minLength: 1, maxLength: 3 },
  )
  .map((parts) => parts.join(''));

/** The mount that `mount` makes at `target`, taken away again; undefined when it is refused, as documented. */
function tryMount(ns: MountNamespace, target: string, mount: () => void): Mount | undefined {
  const before = String(ns.mounts());
  try {
    mount();
  } catch (error) {
    if (!(error instanceof TypeError)) expect(error).toBeInstanceOf(MountError);
    expect(String(ns.mounts())).toBe(before);
    return undefined;
  }
  const made = ns.mounts().at(target);
  ns.umount(target);
  expect(String(ns.mounts())).toBe(before);
  expect(made).toBeDefined();
  return made;
}

const namesOf = ({ superOptions }: Mount) => superOptions.map((option) => option.replace(/=.*/s, ''));

/** Runs a property in a scope on a directory that `make` has made, and asks that both outcomes were met. */
function inScope(run: (ns: MountNamespace, dir: string, count: (isAccepted: boolean) => void) => void) {
  return withMountNamespace((ns) => {
    const dir = temporaryDirectory();
    ns.tmpfs(dir);
    fs.mkdirSync(`${dir}/t`);
    const counts = { accepted: 0, refused: 0 };
    run(ns, `${dir}`, (isAccepted) => counts[isAccepted ? 'accepted' : 'refused']++);
    expect(Math.min(counts.accepted, counts.refused)).toBeGreaterThan(0);
  });
}

describe('the value of an option is that of no other option', () => {
  test('given one by one', () =>
    inScope((ns, dir, count) => {
      const target = `${dir}/t`;
      const plain = namesOf(tryMount(ns, target, () => ns.tmpfs(target)) as Mount);
      fc.assert(
        fc.property(fc.dictionary(fc.constantFrom(...KEYS), anyValue, { minKeys: 1, maxKeys: 2 }), (data) => {
          const made = tryMount(ns, target, () => ns.mount({ target, type: 'tmpfs', data }));
          count(made !== undefined);
          for (const name of made === undefined ? [] : namesOf(made)) {
            expect([...plain, ...Object.keys(data)]).toContain(name);
          }
        }),
        { numRuns: 300, examples: [[{ size: '1m' }], [{ size: '1m,mode=0777' }]] },
      );
    }));

  test('given in one text, which means what it means to mount(2)', () =>
    inScope((ns, dir, count) => {
      const target = `${dir}/t`;
      const anyOption = fc
        .tuple(fc.constantFrom(...KEYS), fc.constantFrom('=', '=', '=', '', ',', '="'), anyValue)
        .map((parts) => parts.join(''));
      fc.assert(
        fc.property(fc.array(anyOption, { maxLength: 2 }), (options) => {
          const data = options.join(',');
          const made = tryMount(ns, target, () => ns.mount({ target, type: 'tmpfs', data }));
          count(made !== undefined);
          if (made === undefined) return;
          mountCall({ source: 'tmpfs', target, type: 'tmpfs', data });
          const expected = ns.mounts().at(target) as Mount;
          umount2(target);
          expect(made.superOptions).toEqual(expected.superOptions);
        }),
        { numRuns: 300, examples: [[['size=1m']], [['size=1m"', 'mode=0700']]] },
      );
    }));

  test('given to tmpfs()', () =>
    inScope((ns, dir, count) => {
      const target = `${dir}/t`;
      const plain = namesOf(tryMount(ns, target, () => ns.tmpfs(target)) as Mount);
      const anything = fc.oneof(anyValue, fc.double(), fc.integer(), fc.constant('1m'));
      fc.assert(
        fc.property(fc.dictionary(fc.constantFrom('size', 'inodes', 'mode'), anything), (options) => {
          const made = tryMount(ns, target, () => ns.tmpfs(target, options as object));
          count(made !== undefined);
          if (made === undefined) return;
          const asked = Object.keys(options).map((name) => (name === 'inodes' ? 'nr_inodes' : name));
          for (const name of namesOf(made)) expect([...plain, ...asked]).toContain(name);
          if ('mode' in options) {
            const mode = (options.mode as number).toString(8).padStart(3, '0');
            if (mode !== '1777') expect(made.superOptions).toContain(`mode=${mode}`);
          }
        }),
        { numRuns: 200 },
      );
    }));

  test('nor is the source', () =>
    inScope((ns, dir, count) => {
      const target = `${dir}/t`;
      const plain = (tryMount(ns, target, () => ns.mount({ target, type: 'tmpfs' })) as Mount).superOptions;
      fc.assert(
        fc.property(fc.oneof(anyName, anyValue), (source) => {
          const made = tryMount(ns, target, () => ns.mount({ target, type: 'tmpfs', source }));
          count(made !== undefined);
          if (made !== undefined) expect(made).toMatchObject({ source, superOptions: plain });
        }),
        { numRuns: 200, examples: [['a\0b']] },
      );
    }));
});

describe('an overlay is made of the directories that were named', () => {
  const ROLES = ['lower 1', 'lower 2', 'upper', 'work'];
  const read = (directory: string) => fs.readdirSync(encodePath(directory)).sort();
  const make = (directory: string) => fs.mkdirSync(encodePath(directory), { recursive: true });

  /** The directories, each with a file of its role; beside them, what a part of a name could be taken for. */
  function makeLayers(base: string, names: readonly string[]): void {
    for (const part of names.flatMap((name) => name.split(/[:,\\=]/))) {
      if (['', '.', '..'].includes(part) || names.includes(part)) continue;
      make(`${base}/${part}`);
      fs.writeFileSync(encodePath(`${base}/${part}/decoy`), '');
    }
    for (const [index, name] of names.entries()) {
      make(`${base}/${name}`);
      if (ROLES[index] !== 'work') fs.writeFileSync(encodePath(`${base}/${name}/in ${ROLES[index]}`), '');
    }
  }

  /** Makes them on a tmpfs at `dir`, and that the working directory. Returns the paths of the directories. */
  function enterLayers(ns: MountNamespace, dir: string, names: readonly string[]) {
    ns.tmpfs(dir);
    process.chdir(dir);
    makeLayers(dir, names);
    return names.map((name) => path.posix.join(dir, name)) as [string, string, string, string];
  }

  const anyNames = fc
    .uniqueArray(anyName, { minLength: 4, maxLength: 4 })
    .filter((names) => names.every((name) => name !== '.' && name !== '..'));

  test('whatever their names are', async () => {
    const dir = temporaryDirectory();
    const cwd = process.cwd();
    await withMountNamespace((ns) => {
      fc.assert(
        fc.property(anyNames, (names) => {
          const [first, second, upper, work] = enterLayers(ns, dir, names);
          ns.overlay(`${dir}/merged`, { lower: [first, second], upper, work });
          expect(read(`${dir}/merged`)).toEqual(['in lower 1', 'in lower 2', 'in upper']);
          fs.writeFileSync(`${dir}/merged/new`, '');
          expect(read(upper)).toEqual(['in upper', 'new']);
          expect([read(first), read(second)]).toEqual([['in lower 1'], ['in lower 2']]);
          expect(read(work)).toEqual(expect.arrayContaining(['work']));
          process.chdir(cwd);
          ns.umount(`${dir}/merged`);
          ns.umount(dir);
        }),
        { numRuns: 60 },
      );
    });
  });

  test('so it is where the layers are made in memory', async () => {
    const dir = temporaryDirectory();
    const cwd = process.cwd();
    await withMountNamespace((ns) => {
      fc.assert(
        fc.property(anyNames, (names) => {
          const [first, full, missing] = enterLayers(ns, dir, names);
          ns.overlay(first);
          fs.writeFileSync(encodePath(`${first}/new`), '');
          ns.tmpfs(`${missing}/missing`);
          ns.induce('ENOSPC', full);
          expect(() => fs.writeFileSync(encodePath(`${full}/new`), 'x')).toThrow('ENOSPC');
          expect([read(first), read(full), read(missing)]).toEqual([
            ['in lower 1', 'new'],
            ['in lower 2', 'new'],
            ['in upper', 'missing'],
          ]);
          process.chdir(cwd);
          ns.umount(full);
          ns.umount(first);
          expect([read(first), read(full)]).toEqual([['in lower 1'], ['in lower 2']]);
          ns.umount(dir, { lazy: true });
        }),
        { numRuns: 30 },
      );
    });
  });

  test('and where a scope is copy-on-write', async () => {
    const base = temporaryDirectory();
    await fc.assert(
      fc.asyncProperty(anyNames, async (names) => {
        await withMountNamespace(async (ns) => {
          ns.tmpfs(base);
          makeLayers(base, names);
          const protectedPath = `${base}/${names[0]}`;
          await withMountNamespace({ copyOnWrite: [protectedPath] }, (inner) => {
            fs.writeFileSync(encodePath(`${protectedPath}/new`), '');
            expect(read(protectedPath)).toEqual(['in lower 1', 'new']);
            expect(inner.changes()).toEqual({ created: [`${protectedPath}/new`], modified: [], deleted: [] });
          });
          expect(read(protectedPath)).toEqual(['in lower 1']);
        });
      }),
      { numRuns: 30 },
    );
  });
});
