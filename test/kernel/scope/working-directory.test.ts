import fs from 'node:fs';
import { enterMountNamespace, NamespaceError, withMountNamespace } from 'mountns';
import { beforeEach, describe, expect, test } from 'mountns/vitest';
import { onTestFinished, vi } from 'vitest';
import { fchdir, openDirectory } from '../../../native/directories.cjs';
import { mountIdOf } from '../../../native/statx.cjs';
import { temporaryDirectory } from '../../temporary-directory.js';

let directory: string;

beforeEach(() => {
  const cwd = process.cwd();
  onTestFinished(() => process.chdir(cwd));
  directory = temporaryDirectory();
  fs.mkdirSync(`${directory}/cwd`);
  fs.writeFileSync(`${directory}/cwd/file`, 'content');
  onTestFinished(() => process.chdir('/'));
  process.chdir(`${directory}/cwd`);
});

const look = () => [fs.readlinkSync('/proc/self/cwd'), mountIdOf('.'), fs.readdirSync('.')];

function changeByDescriptor(path: string | Buffer): void {
  const fd = openDirectory(path);
  fchdir(fd);
  fs.closeSync(fd);
}

describe('the working directory of a scope', () => {
  test('is the one that was, in the tree of the scope', async () => {
    const before = mountIdOf('.');
    await withMountNamespace(() => {
      expect(mountIdOf('.')).toBe(mountIdOf(process.cwd()));
      expect(mountIdOf('.')).not.toBe(before);
    });
    expect(mountIdOf('.')).toBe(before);
  });

  test.each(['cwd', '.'])('stays the one that was where %s is covered', async (covered) => {
    await withMountNamespace(async (ns) => {
      ns.tmpfs(covered === '.' ? directory : `${directory}/${covered}`);
      const before = look();
      for (let i = 0; i < 2; i++) {
        await withMountNamespace((inner) => {
          expect(fs.readFileSync('file', 'utf8')).toBe('content');
          inner.tmpfs('/mnt');
          process.chdir('/mnt');
        });
        expect(look()).toEqual(before);
      }
      await using inner = await enterMountNamespace();
      expect(inner.mounts().at(directory)?.fsType).toBe(covered === '.' ? 'tmpfs' : undefined);
      expect(fs.readFileSync('file', 'utf8')).toBe('content');
    });
    expect(fs.readdirSync('.')).toEqual(['file']);
  });

  test.each([
    ['nothing', () => {}],
    ['process.chdir()', () => process.chdir('/mnt')],
    ['process.chdir(), looked at', () => [process.chdir('/mnt'), process.cwd()]],
    ['fchdir(2)', () => changeByDescriptor('/mnt')],
    ['a process.cwd() of its own', () => vi.spyOn(process, 'cwd').mockReturnValue(`${directory}/cwd`)],
  ])('is what process.cwd() tells afterwards, whatever changed it: %s', async (_, change) => {
    onTestFinished(() => {
      vi.restoreAllMocks();
    });
    for (let i = 0; i < 3; i++) {
      await withMountNamespace(() => {
        expect(process.cwd()).toBe(`${directory}/cwd`);
        change();
      });
      expect(fs.readlinkSync('/proc/self/cwd')).toBe(`${directory}/cwd`);
      vi.restoreAllMocks();
      expect(process.cwd()).toBe(`${directory}/cwd`);
    }
  });

  test('may be deleted', async () => {
    fs.rmSync(`${directory}/cwd`, { recursive: true });
    const before = look();
    expect(before[0]).toMatch(/\(deleted\)$/);
    await withMountNamespace((ns) => {
      ns.tmpfs(directory);
      expect(fs.readdirSync('.')).toEqual([]);
    });
    expect(look()).toEqual(before);
  });

  test('may have a name that is no text', async () => {
    const odd = Buffer.concat([Buffer.from(`${directory}/`), Buffer.from([0xff])]);
    fs.mkdirSync(odd);
    changeByDescriptor(odd);
    fs.writeFileSync('odd', '');
    const before = look();
    await withMountNamespace(() => {
      expect(fs.readdirSync('.')).toEqual(['odd']);
      expect(mountIdOf('.')).not.toBe(before[1]);
    });
    expect(look()).toEqual(before);
  });

  test('is not taken for another one that has its inode number', async () => {
    await withMountNamespace(async (ns) => {
      ns.tmpfs('/mnt');
      process.chdir('/mnt');
      const { ino } = fs.statSync('/mnt');
      ns.tmpfs('/mnt');
      expect(fs.statSync('/mnt').ino).toBe(ino);
      await expect(withMountNamespace({ copyOnWrite: true }, () => {})).rejects.toThrow(
        'its files do not have the working directory /mnt\n',
      );
    });
  });

  test('that is covered or deleted can’t be copied on write, and the error says so', async () => {
    await withMountNamespace(async (ns) => {
      ns.tmpfs(directory);
      const before = [...look(), fs.readFileSync('/proc/self/mountinfo', 'utf8')];
      for (const copyOnWrite of [true, ['/mnt']]) {
        const error = await withMountNamespace({ copyOnWrite }, () => {}).catch((thrown: unknown) => thrown);
        expect(error).toBeInstanceOf(NamespaceError);
        expect((error as Error).message).toBe(
          `entering a copy-on-write scope failed: its files do not have the working directory ${directory}/cwd\n` +
            '  why:  no path leads to that directory, which is deleted or covered by a mount; relative paths would lead out of the scope, to be written to\n' +
            "  fix:  change to a directory that is there, before: process.chdir('/')",
        );
      }
      expect([...look(), fs.readFileSync('/proc/self/mountinfo', 'utf8')]).toEqual(before);
    });
  });
});
