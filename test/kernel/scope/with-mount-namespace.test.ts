import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { NamespaceError, withMountNamespace } from 'mountns';
import { describe, expect, test } from 'mountns/vitest';
import { onTestFinished, vi } from 'vitest';
import { temporaryDirectory } from '../../temporary-directory.js';

const table = () => fs.readFileSync('/proc/self/mountinfo', 'utf8');

describe('withMountNamespace', () => {
  test('returns what the callback returns, and passes its error on', async () => {
    await expect(withMountNamespace(() => 42)).resolves.toBe(42);
    await expect(withMountNamespace(async () => 'later')).resolves.toBe('later');
    const error = new Error('mine');
    await expect(
      withMountNamespace(() => {
        throw error;
      }),
    ).rejects.toBe(error);
  });

  test('undoes mounts, unmounts, remounts and moves', async () => {
    const directory = temporaryDirectory();
    fs.mkdirSync(`${directory}/a`);
    fs.mkdirSync(`${directory}/b`);
    const before = table();
    await withMountNamespace((ns) => {
      ns.tmpfs(`${directory}/a`, { size: '1m' });
      fs.writeFileSync(`${directory}/a/file`, 'x');
      execFileSync('mount', ['--move', `${directory}/a`, `${directory}/b`]);
      execFileSync('mount', ['-o', 'remount,bind,ro', `${directory}/b`]);
      execFileSync('umount', ['-l', '/proc']);
      expect(fs.existsSync(`${directory}/b/file`)).toBe(true);
    });
    expect(table()).toBe(before);
    expect(fs.readdirSync(`${directory}/b`)).toEqual([]);
  });

  test('is the same place for sync code, async code and child processes', async () => {
    const directory = temporaryDirectory();
    await withMountNamespace(async (ns) => {
      ns.tmpfs(directory);
      fs.writeFileSync(`${directory}/sync`, '');
      await fs.promises.writeFile(`${directory}/async`, '');
      execFileSync('touch', [`${directory}/child`]);
      const all = ['async', 'child', 'sync'];
      expect(fs.readdirSync(directory).sort()).toEqual(all);
      expect((await fs.promises.readdir(directory)).sort()).toEqual(all);
      expect(execFileSync('ls', [directory], { encoding: 'utf8' }).trim().split('\n')).toEqual(all);
    });
    expect(await fs.promises.readdir(directory)).toEqual([]);
  });

  test('keeps cwd and umask, and puts them back', async () => {
    const directory = temporaryDirectory();
    const cwd = process.cwd();
    const umask = process.umask();
    await withMountNamespace((ns) => {
      expect(process.cwd()).toBe(cwd);
      expect(process.umask()).toBe(umask);
      ns.tmpfs(directory);
      process.chdir(directory);
      process.umask(0o077);
      fs.writeFileSync('relative', '');
      expect(fs.existsSync(`${directory}/relative`)).toBe(true);
    });
    expect(process.cwd()).toBe(cwd);
    expect(process.umask()).toBe(umask);
    expect(fs.readdirSync(directory)).toEqual([]);
  });

  test('nests', async () => {
    const directory = temporaryDirectory();
    await withMountNamespace(async (outer) => {
      outer.tmpfs(directory);
      fs.writeFileSync(`${directory}/outer`, '');
      await withMountNamespace((inner) => {
        expect(fs.readdirSync(directory)).toEqual(['outer']);
        inner.tmpfs(directory);
        expect(fs.readdirSync(directory)).toEqual([]);
        expect(() => outer.mounts()).toThrow(NamespaceError);
      });
      expect(fs.readdirSync(directory)).toEqual(['outer']);
      expect(outer.mounts().at(directory)?.fsType).toBe('tmpfs');
    });
  });

  test('queues scopes that overlap, in the order of the calls', async () => {
    const directory = temporaryDirectory();
    const order: string[] = [];
    const scope = (name: string) =>
      withMountNamespace(async (ns) => {
        ns.tmpfs(directory);
        order.push(`${name} in`);
        await fs.promises.writeFile(`${directory}/${name}`, '');
        expect(await fs.promises.readdir(directory)).toEqual([name]);
        order.push(`${name} out`);
      });
    await Promise.all([scope('a'), scope('b'), scope('c')]);
    expect(order).toEqual(['a in', 'a out', 'b in', 'b out', 'c in', 'c out']);
  });

  test('queues siblings inside a scope', async () => {
    const directory = temporaryDirectory();
    await withMountNamespace(async () => {
      const inner = () =>
        withMountNamespace(async (ns) => {
          ns.tmpfs(directory);
          await fs.promises.writeFile(`${directory}/x`, '');
          expect(await fs.promises.readdir(directory)).toEqual(['x']);
        });
      await Promise.all([inner(), inner()]);
    });
  });

  test('waits for file operations that nobody awaited', async () => {
    const directory = temporaryDirectory();
    await withMountNamespace((ns) => {
      ns.tmpfs(directory);
      for (let i = 0; i < 500; i++) void fs.promises.writeFile(`${directory}/${i}`, 'x');
    });
    expect(fs.readdirSync(directory)).toEqual([]);
  });

  test.each<[string, (file: string) => Promise<unknown>]>([
    [
      'the next one of a chain',
      async (file) => {
        await fs.promises.writeFile(file, '');
        await fs.promises.appendFile(`${file}-2`, '');
        await fs.promises.rename(`${file}-2`, `${file}-3`);
      },
    ],
    ['one with a callback', (file) => new Promise((resolve) => fs.writeFile(file, '', resolve))],
    ['a stream', (file) => once(fs.createWriteStream(file).end('x'), 'close')],
    [
      'a pipeline',
      (file) => pipeline(fs.createReadStream('/proc/self/mountinfo'), fs.createWriteStream(file)),
    ],
  ])('waits for what nobody awaited: %s', async (_, operate) => {
    const directory = temporaryDirectory();
    // Some of these are between two system calls in the moment that counts, some are not.
    for (let round = 0; round < 20; round++) {
      let work: Promise<unknown> | undefined;
      await withMountNamespace((ns) => {
        ns.tmpfs(directory);
        work = operate(`${directory}/${round}`);
      });
      await work;
    }
    expect(fs.readdirSync(directory)).toEqual([]);
  });

  test('is not held up by fake timers', async () => {
    vi.useFakeTimers();
    onTestFinished(() => {
      vi.useRealTimers();
    });
    await withMountNamespace(() => {
      void fs.promises.readFile('/proc/self/mountinfo');
    });
  });

  test('waits for file operations that were started before it', () => {
    const directory = temporaryDirectory();
    execFileSync('mkfifo', [`${directory}/fifo`]);
    // For this process time stands still: its patience does not end however busy the machine is.
    const script = `
      import fs from 'node:fs';
      performance.now = () => 0;
      const { withMountNamespace } = await import('${path.resolve('dist/src/index.js')}');

      const [, directory] = process.argv;
      const host = fs.openSync(directory, 'r');
      const operations = fs.promises.open(directory + '/fifo').then(async (fifo) => {
        await fifo.close();
        await fs.promises.writeFile(directory + '/file', '');
      });
      const scope = withMountNamespace((ns) => ns.tmpfs(directory));
      await new Promise(setImmediate);
      // Open until then: the thread pool may not have begun.
      const writer = fs.openSync('/proc/self/fd/' + host + '/fifo', 'r+');
      await Promise.all([operations, scope]);
      fs.closeSync(writer);`;
    const preload = path.resolve('dist/src/register.cjs');
    const node = ['--require', preload, '--input-type=module', '--eval', script, directory];
    execFileSync(process.execPath, node, { env: { ...process.env, MOUNTNS_NAMESPACE: '' } });
    expect(fs.readdirSync(directory)).toEqual(['fifo', 'file']);
  });

  test('is not entered while a file operation that was started before it does not end', async () => {
    const directory = temporaryDirectory();
    execFileSync('mkfifo', [`${directory}/fifo`]);
    const reader = fs.promises.open(`${directory}/fifo`, 'r');
    const entered = vi.fn();
    await expect(withMountNamespace(entered)).rejects.toMatchObject({
      code: 'ERR_MOUNTNS_PENDING',
      message: expect.stringMatching(/^a scope was not entered: file operations still under way after 2 s\n/),
    });
    const writer = fs.openSync(`${directory}/fifo`, 'r+');
    await (await reader).close();
    fs.closeSync(writer);
    await withMountNamespace(entered);
    expect(entered).toHaveBeenCalledOnce();
  });

  test('has patience with file operations for as long as they become fewer', () => {
    const directory = temporaryDirectory();
    execFileSync('mkfifo', [`${directory}/a`, `${directory}/b`]);
    // It decides what time it is, and sees when the scope looks at that.
    const script = `
      import fs from 'node:fs';
      let now = 0;
      performance.now = () => now;
      let looks = 0;
      const { getActiveResourcesInfo } = process;
      process.getActiveResourcesInfo = () => {
        looks++;
        return getActiveResourcesInfo();
      };
      const { withMountNamespace } = await import('${path.resolve('dist/src/index.js')}');

      const [, directory] = process.argv;
      const lookTwice = async () => {
        for (looks = 0; looks < 2; ) await new Promise(setImmediate);
      };
      const fifos = ['a', 'b'].map((name) => directory + '/' + name);
      const operations = fifos.map((fifo) => fs.promises.open(fifo));
      const scope = withMountNamespace(() => {});
      for (const [index, fifo] of fifos.entries()) {
        await lookTwice();
        now += 1500;
        await lookTwice();
        const writer = fs.openSync(fifo, 'r+');
        await (await operations[index]).close();
        fs.closeSync(writer);
      }
      await scope;`;
    const preload = path.resolve('dist/src/register.cjs');
    const node = ['--require', preload, '--input-type=module', '--eval', script, directory];
    execFileSync(process.execPath, node, { env: { ...process.env, MOUNTNS_NAMESPACE: '' } });
  });

  test('leaves a scope that unmounted everything or covered the root', async () => {
    const before = table();
    await withMountNamespace((ns) => ns.umount('/', { lazy: true }));
    expect(table()).toBe(before);
    await withMountNamespace(() => execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', '/']));
    expect(table()).toBe(before);
    await withMountNamespace(() => execFileSync('mount', ['--make-rshared', '/']));
    expect(table()).toBe(before);
  });

  test('refuses to be used after its end', async () => {
    const ended = await withMountNamespace((ns) => ns);
    expect(() => ended.tmpfs('/mnt/x')).toThrow(
      'cannot use this mount namespace: this mount namespace has ended',
    );
  });

  test.each([
    ['GeneratorFunction', function* () {}],
    ['AsyncGeneratorFunction', async function* () {}],
  ])('refuses a %s, whose code would run on the host', async (kind, fn) => {
    await expect(withMountNamespace(fn as () => unknown)).rejects.toThrow(
      new TypeError(
        `fn must not be a generator function, received [object ${kind}]: its code would run when the scope has ended`,
      ),
    );
  });

  test('names what stands in the place of fn', async () => {
    const enter = withMountNamespace as (...args: unknown[]) => Promise<void>;
    const options = { copyOnWrite: true };
    const message = 'fn must be a function, received { copyOnWrite: true }';
    await expect(enter(options)).rejects.toThrow(new TypeError(message));
    await expect(enter(() => {}, options)).rejects.toThrow(
      new TypeError(`${message}: the options come first`),
    );
    await expect(enter()).rejects.toThrow(new TypeError('fn must be a function, received undefined'));
  });

  test('refuses options that it does not know', async () => {
    await expect(withMountNamespace({ copyOnWite: true } as never, () => {})).rejects.toThrow(
      new TypeError('unknown option of a mount namespace: copyOnWite: true, known are copyOnWrite'),
    );
  });
});
