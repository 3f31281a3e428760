import fs from 'node:fs';
import { enterMountNamespace, type MountNamespace, NamespaceError, withMountNamespace } from 'mountns';
import { describe, expect, test } from 'mountns/vitest';
import { temporaryDirectory } from '../../temporary-directory.js';

const table = () => fs.readFileSync('/proc/self/mountinfo', 'utf8');

describe('enterMountNamespace', () => {
  test('lasts as long as the block that holds it', async () => {
    const directory = temporaryDirectory();
    const before = table();
    {
      await using ns = await enterMountNamespace();
      ns.tmpfs(directory);
      await fs.promises.writeFile(`${directory}/f`, '');
      expect(ns).toBeIsolatedFromHost(directory);
      expect(fs.readdirSync(directory)).toEqual(['f']);
    }
    expect(fs.readdirSync(directory)).toEqual([]);
    expect(table()).toBe(before);
  });

  test('lies in the one that the same scope holds already, and so does a scope', async () => {
    const before = table();
    await withMountNamespace(async () => {
      await using outer = await enterMountNamespace();
      outer.tmpfs('/mnt', { size: '1m' });
      {
        await using inner = await enterMountNamespace();
        expect(inner.mounts().at('/mnt')?.fsType).toBe('tmpfs');
      }
      await withMountNamespace((inner) => inner.umount('/mnt'));
      expect(outer.mounts().at('/mnt')?.fsType).toBe('tmpfs');
    });
    expect(table()).toBe(before);
  });

  test('lies in the last one of those that a scope holds', async () => {
    await withMountNamespace(async () => {
      await using first = await enterMountNamespace();
      first.tmpfs('/mnt');
      await using second = await enterMountNamespace();
      second.umount('/mnt');
      await withMountNamespace((third) => expect(third.mounts().at('/mnt')).toBeUndefined());
    });
  });

  test('ends when the block throws, and passes the error on', async () => {
    const directory = temporaryDirectory();
    const before = table();
    const error = new Error('mine');
    const run = async () => {
      await using ns = await enterMountNamespace();
      ns.tmpfs(directory);
      throw error;
    };
    await expect(run()).rejects.toBe(error);
    expect(table()).toBe(before);
  });

  test('can be disposed of twice, and at once', async () => {
    const before = table();
    const ns = await enterMountNamespace();
    await Promise.all([ns[Symbol.asyncDispose](), ns[Symbol.asyncDispose]()]);
    await ns[Symbol.asyncDispose]();
    expect(table()).toBe(before);
    await withMountNamespace((other) => expect(other.mounts().length).toBeGreaterThan(0));
  });

  test('refuses every use after its end, and changes nothing', async () => {
    const directory = temporaryDirectory();
    const ns = await enterMountNamespace();
    await ns[Symbol.asyncDispose]();
    const before = table();
    const uses: Record<string, () => unknown> = {
      mounts: () => ns.mounts(),
      mount: () => ns.mount({ target: directory, type: 'tmpfs' }),
      tmpfs: () => ns.tmpfs(directory),
      bind: () => ns.bind(directory, directory),
      overlay: () => ns.overlay(directory),
      proc: () => ns.proc(),
      readonly: () => ns.readonly(directory),
      remount: () => ns.remount('/', { flags: ['ro'] }),
      mask: () => ns.mask(directory),
      move: () => ns.move('/proc', directory),
      propagation: () => ns.propagation('/', 'shared'),
      pivotRoot: () => ns.pivotRoot(directory),
      umount: () => ns.umount('/proc', { lazy: true }),
      induce: () => ns.induce('EROFS', directory),
      changes: () => ns.changes(),
    };
    for (const use of Object.values(uses)) {
      expect(use).toThrow(NamespaceError);
      expect(use).toThrow('cannot use this mount namespace: this mount namespace has ended');
    }
    expect(table()).toBe(before);
    // So that a new method can't be forgotten here.
    const all = Object.getOwnPropertyNames(Object.getPrototypeOf(ns) as object);
    const exempt = ['constructor', 'id', 'host', ...Object.keys(uses)];
    expect(all.filter((name) => !exempt.includes(name))).toEqual([]);
  });

  test('nests, with closures in handles and handles in closures', async () => {
    const directory = temporaryDirectory();
    const before = table();
    {
      await using outer = await enterMountNamespace();
      outer.tmpfs(directory);
      fs.writeFileSync(`${directory}/outer`, '');
      await withMountNamespace(async (middle) => {
        middle.tmpfs(directory);
        {
          await using inner = await enterMountNamespace();
          inner.tmpfs(directory);
          fs.writeFileSync(`${directory}/inner`, '');
          expect(() => outer.mounts()).toThrow('a scope inside this one is open');
        }
        expect(fs.readdirSync(directory)).toEqual([]);
      });
      expect(fs.readdirSync(directory)).toEqual(['outer']);
    }
    expect(table()).toBe(before);
  });

  test('takes the options of withMountNamespace', async () => {
    const directory = temporaryDirectory();
    {
      await using ns = await enterMountNamespace({ copyOnWrite: [directory] });
      fs.writeFileSync(`${directory}/f`, '');
      expect(ns.changes()).toEqual({ created: [`${directory}/f`], modified: [], deleted: [] });
    }
    expect(fs.readdirSync(directory)).toEqual([]);
    await expect(enterMountNamespace({ copyOnWite: true } as never)).rejects.toThrow(TypeError);
  });

  test('that nobody disposes of is closed with the scope around it, which says so', async () => {
    const before = table();
    let forgotten: MountNamespace | undefined;
    const run = withMountNamespace(async () => {
      forgotten = await enterMountNamespace();
      forgotten.tmpfs('/mnt');
    });
    await expect(run).rejects.toMatchObject({
      name: 'NamespaceError',
      message:
        'a scope ended while a handle of a scope inside it was still held\n' +
        '  why:  an enterMountNamespace() in it was not disposed of within 2 s, so it was closed\n' +
        '  fix:  await using ns = await enterMountNamespace()',
    });
    expect(() => forgotten?.mounts()).toThrow('this mount namespace has ended');
    expect(table()).toBe(before);
  });
});
