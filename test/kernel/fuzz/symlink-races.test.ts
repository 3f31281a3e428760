import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { MountError, type MountNamespace, withMountNamespace } from 'mountns';
import { describe, expect } from 'mountns/vitest';
import { afterEach, onTestFinished, test } from 'vitest';
import { hookSystemCalls } from '../../../native/libc.cjs';
import { temporaryDirectory } from '../../temporary-directory.js';

interface Operation {
  prepare?: (ns: MountNamespace, base: string) => void;
  run: (ns: MountNamespace, base: string) => void;
  /** The directory is on the host's file system, and not on one of the scope. */
  isOnHost?: true;
}

const mountBoth = (ns: MountNamespace, base: string) => {
  for (const place of ['a', 'elsewhere']) {
    ns.tmpfs(`${base}/${place}/b/d`);
    fs.writeFileSync(`${base}/${place}/b/d/${place === 'a' ? 'mine' : 'other'}`, '');
  }
};
const enter = (_: MountNamespace, base: string) => process.chdir(`${base}/a/b/d`);

const OPERATIONS: Record<string, Operation> = {
  'tmpfs on a directory': { run: (ns, base) => ns.tmpfs(`${base}/a/b/d`) },
  'tmpfs on a missing directory': { run: (ns, base) => ns.tmpfs(`${base}/a/b/x/y`) },
  'tmpfs beside mounts, on a missing directory of the host': {
    prepare: mountBoth,
    run: (ns, base) => ns.tmpfs(`${base}/a/b/x/y`),
    isOnHost: true,
  },
  'bind of a directory': {
    run: (ns, base) => ns.bind(`${base}/source`, `${base}/a/b/d`, { readonly: true }),
  },
  'bind of a file on a missing one': { run: (ns, base) => ns.bind(`${base}/source/f`, `${base}/a/b/x/g`) },
  'overlay of a directory with a mount': { prepare: mountBoth, run: (ns, base) => ns.overlay(`${base}/a/b`) },
  'overlay of another directory': {
    run: (ns, base) => ns.overlay(`${base}/a/b/d`, { lower: `${base}/source` }),
  },
  readonly: { run: (ns, base) => ns.readonly(`${base}/a/b/d`) },
  'readonly around the working directory': { prepare: enter, run: (ns, base) => ns.readonly(`${base}/a/b`) },
  'readonly of a mount': { prepare: mountBoth, run: (ns, base) => ns.readonly(`${base}/a/b/d`) },
  remount: { prepare: mountBoth, run: (ns, base) => ns.remount(`${base}/a/b/d`, { flags: ['noexec'] }) },
  'mask of a directory': { run: (ns, base) => ns.mask(`${base}/a/b/d`) },
  'mask of a file': { run: (ns, base) => ns.mask(`${base}/a/b/f`) },
  'move to': {
    prepare: (ns, base) => ns.tmpfs(`${base}/source`),
    run: (ns, base) => ns.move(`${base}/source`, `${base}/a/b/x`),
  },
  'move from': { prepare: mountBoth, run: (ns, base) => ns.move(`${base}/a/b/d`, `${base}/to`) },
  propagation: { prepare: mountBoth, run: (ns, base) => ns.propagation(`${base}/a/b/d`, 'shared') },
  umount: { prepare: mountBoth, run: (ns, base) => ns.umount(`${base}/a/b/d`) },
  'ENOSPC in a directory': { run: (ns, base) => ns.induce('ENOSPC', `${base}/a/b/d`) },
  'ENOSPC of a file': { run: (ns, base) => ns.induce('ENOSPC', `${base}/a/b/f`) },
  'EBUSY of a directory': { run: (ns, base) => ns.induce('EBUSY', `${base}/a/b/d`) },
  'EBUSY of a file': { run: (ns, base) => ns.induce('EBUSY', `${base}/a/b/f`) },
  'EXDEV of a directory': { run: (ns, base) => ns.induce('EXDEV', `${base}/a/b/d`) },
};

/** What an attacker does at one system call, and at the next. */
interface Attack {
  /** The part of the path that becomes a link to the same place elsewhere. */
  part: 'a' | 'a/b/d' | 'a/b/f';
  then: 'nothing' | 'swaps back' | 'has it fail';
}

const attacksOn = (...parts: Attack['part'][]): readonly Attack[] =>
  parts.flatMap((part) =>
    (['nothing', 'swaps back', 'has it fail'] as const).map((then) => ({ part, then })),
  );

const EIO = 5;
const cwd = process.cwd();

/** Runs `run` with an attack at its system call number `index`; whether it has made so many, and what it threw. */
function attackAt(base: string, { part, then }: Attack, index: number, run: () => void) {
  const swapBack = swapper(base, part);
  let undo: (() => void) | undefined;
  let count = 0;
  let isReached = false;
  hookSystemCalls((syscall) => {
    const now = count++;
    if (now === index) {
      isReached = true;
      undo = swapBack();
      // Of those that only take away what the operation itself has put there, nothing else can fail.
      return then === 'has it fail' && syscall !== 'umount2' ? EIO : undefined;
    }
    if (now === index + 1 && then === 'swaps back') {
      undo?.();
    }
    return undefined;
  });
  let error: unknown;
  try {
    run();
  } catch (thrown) {
    error = thrown;
  } finally {
    hookSystemCalls(undefined);
  }
  return { isReached, error, restore: () => undo?.() };
}

/** Puts a link in the place of `part`; the function that it returns takes it away again. */
function swapper(base: string, part: string): () => (() => void) | undefined {
  const [path, aside, link] = [`${base}/${part}`, `${base}/aside`, `${base}/elsewhere${part.slice(1)}`];
  return () => {
    try {
      fs.renameSync(path, aside);
    } catch {
      // A mount point can't be renamed.
      return undefined;
    }
    fs.symlinkSync(link, path);
    return () => {
      if (!fs.existsSync(aside)) return;
      try {
        // What it lies in may be read-only by now, or it may be a mount point itself.
        if (fs.lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) fs.unlinkSync(path);
        fs.renameSync(aside, path);
      } catch (error) {
        expect((error as NodeJS.ErrnoException).code).toMatch(/^(EBUSY|EROFS)$/);
      }
    };
  };
}

function makeWorld(base: string): void {
  for (const place of ['a', 'elsewhere']) {
    const name = place === 'a' ? 'mine' : 'other';
    fs.mkdirSync(`${base}/${place}/b/d`, { recursive: true });
    fs.writeFileSync(`${base}/${place}/b/d/${name}`, '');
    fs.writeFileSync(`${base}/${place}/b/f`, name);
  }
  fs.mkdirSync(`${base}/elsewhere/b/x/y`, { recursive: true });
  fs.writeFileSync(`${base}/elsewhere/b/x/g`, '');
  fs.mkdirSync(`${base}/source`);
  fs.writeFileSync(`${base}/source/f`, '');
  fs.mkdirSync(`${base}/to`);
}

/** The names below a directory, those behind symbolic links not among them. */
function list(directory: string, below = ''): string[] {
  return fs
    .readdirSync(directory, { withFileTypes: true })
    .flatMap((entry) => {
      const name = `${below}${entry.name}`;
      return [name, ...(entry.isDirectory() ? list(`${directory}/${entry.name}`, `${name}/`) : [])];
    })
    .sort();
}

const isFile = (path: string) => fs.statSync(path, { throwIfNoEntry: false })?.isFile() === true;

/** What is at the other place: nothing of it may change. */
function elsewhere(ns: MountNamespace, base: string) {
  return {
    files: list(`${base}/elsewhere`),
    content: fs.readFileSync(`${base}/elsewhere/b/f`, 'latin1'),
    mounts: ns.mounts().under(`${base}/elsewhere`),
  };
}

afterEach(() => {
  hookSystemCalls(undefined);
  process.chdir(cwd);
});

describe('a directory that becomes a symbolic link between two system calls leads nowhere else', () => {
  test.each(Object.entries(OPERATIONS))('%s', async (name, { prepare, run, isOnHost }) => {
    const outcomes = { done: 0, refused: 0 };
    const base = temporaryDirectory();
    for (const attack of attacksOn('a', name.includes('file') ? 'a/b/f' : 'a/b/d')) {
      for (let index = 0, isDone = false; !isDone; ) {
        await withMountNamespace((ns) => {
          if (!isOnHost) ns.tmpfs(base);
          makeWorld(base);
          prepare?.(ns, base);
          const before = { elsewhere: elsewhere(ns, base), mounts: String(ns.mounts()), files: list(base) };
          // What was refused has left everything as it was, for the next attack.
          for (let isRefused = true; isRefused; index++) {
            const { isReached, error, restore } = attackAt(base, attack, index, () => run(ns, base));
            isDone = !isReached;
            isRefused = error !== undefined;
            outcomes[isRefused ? 'refused' : 'done']++;
            restore();
            const what = `${attack.part} at call ${index}, then ${attack.then}: ${error ?? 'done'}`;
            expect(elsewhere(ns, base), what).toEqual(before.elsewhere);
            expect(fs.readlinkSync('/proc/self/cwd'), what).not.toContain('elsewhere');
            if (isRefused) {
              if ((error as MountError).code !== 'EIO') expect(error, what).toBeInstanceOf(MountError);
              expect(String(ns.mounts()), what).toBe(before.mounts);
              expect(list(base), what).toEqual(before.files);
            } else {
              const others = list(base).filter((name) => name.includes('other'));
              expect(others, what).toEqual(before.files.filter((name) => name.includes('other')));
              const files = [`${base}/a/b/f`, `${base}/aside`].filter(isFile);
              for (const file of files) expect(fs.readFileSync(file, 'latin1'), what).not.toContain('other');
            }
          }
        });
        process.chdir(cwd);
        for (const entry of fs.readdirSync(base)) fs.rmSync(`${base}/${entry}`, { recursive: true });
      }
    }
    expect(Math.min(outcomes.done, outcomes.refused)).toBeGreaterThan(0);
  });
});

const SWAP_FOREVER = `
const fs = require('node:fs');
const [base, counter] = process.argv.slice(1);
for (let swaps = 0; ; swaps++) {
  fs.renameSync(base + '/a', base + '/aside');
  fs.symlinkSync('elsewhere', base + '/a');
  fs.unlinkSync(base + '/a');
  fs.renameSync(base + '/aside', base + '/a');
  if (swaps % 100 === 0) fs.writeFileSync(counter, String(swaps));
}
`;

test('nor does one that another process swaps all the time', async () => {
  const base = temporaryDirectory();
  await withMountNamespace(async (ns) => {
    ns.tmpfs(base);
    makeWorld(base);
    const before = elsewhere(ns, base);
    const counter = `${base}/counter`;
    fs.writeFileSync(counter, '');
    const child = spawn(process.execPath, ['-e', SWAP_FOREVER, base, counter], { stdio: 'inherit' });
    onTestFinished(() => void child.kill('SIGKILL'));
    const swaps = () => Number(fs.readFileSync(counter, 'utf8'));
    const target = `${base}/a/b/d`;
    const operations = [
      () => ns.mask(target),
      () => ns.umount(target),
      () => ns.overlay(target),
      () => ns.umount(target),
      () => ns.readonly(target),
      () => ns.umount(target, { lazy: true }),
    ];
    for (let index = 0; swaps() < 5000; index++) {
      expect(index, 'operations, and the other process has not swapped enough').toBeLessThan(500_000);
      try {
        operations[index % operations.length]?.();
      } catch (error) {
        expect(error).toBeInstanceOf(MountError);
      }
      expect(ns.mounts().under(`${base}/elsewhere`)).toEqual([]);
    }
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(elsewhere(ns, base)).toEqual(before);
    for (const { mountPoint } of ns.mounts().under(base)) {
      expect(mountPoint).toMatch(/\/(a|aside)\/b\/d$/);
    }
  });
});
