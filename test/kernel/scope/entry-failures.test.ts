import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';
import { type MountNamespace, type NamespaceError, type ScopeOptions, withMountNamespace } from 'mountns';
import { describe, expect, test } from 'mountns/vitest';
import { MS_BIND, MS_REC } from '../../../native/constants.cjs';
import { hookSystemCalls } from '../../../native/libc.cjs';
import { mount } from '../../../native/mount.cjs';
import { mountIdOf } from '../../../native/statx.cjs';
import { readMountInfo } from '../../../src/mounts/read-mount-info.cjs';
import { type EnteredNamespace, namespaceRecord } from '../../../src/namespace/namespace-record.cjs';
import { temporaryDirectory } from '../../temporary-directory.js';

/** The names of errors that say why. */
const EXPLAINED = /^(Namespace|Mount|ReadMounts)Error$/;

const ERRNOS = ['EMFILE', 'ENOMEM', 'ENOSPC'] as const;

interface Case {
  options?: (directory: string) => ScopeOptions;
  /** Whether it lies in another scope, and finds no kept tree. */
  isNested?: boolean;
  /** What is done in that one before. */
  prepare?: (outer: MountNamespace) => void;
}

const CASES: Record<string, Case> = {
  'a scope': {},
  'a scope in a scope': { isNested: true },
  'a scope with one directory copy-on-write': { options: (directory) => ({ copyOnWrite: [directory] }) },
  'a scope with everything copy-on-write': { options: () => ({ copyOnWrite: true }) },
  'such a scope in one with mounts that are shared': {
    options: () => ({ copyOnWrite: true }),
    isNested: true,
    prepare: (outer) => {
      for (const path of ['/mnt', '/mnt/tty', '/mnt/tty/driver']) outer.proc(path);
      outer.propagation('/mnt', 'shared', { recursive: true });
    },
  },
};

describe.each(ERRNOS)('when a system call fails with %s', (code) => {
  for (const [name, { options = () => ({}), isNested = false, prepare }] of Object.entries(CASES)) {
    test(`${name} is entered, or everything is as before`, async () => {
      const directory = temporaryDirectory();
      const run = async () => {
        const before = await look();
        const failed = new Set<string>();
        for (let index = 0, isDone = false; !isDone; index++) {
          const { call, error, isEntered } = await enterWith(options(directory), index, code);
          expect(await look(), `after ${call} had failed, call ${index}`).toEqual(before);
          isDone = call === undefined;
          expect(isEntered).toBe(error === undefined);
          if (error === undefined) continue;
          failed.add(call as string);
          expect(error.name, String(error.stack)).toMatch(EXPLAINED);
          expect(error.message.split('\n', 1)[0]).toContain(`${call}(2) ${code}`);
          expect(error.stack).toContain('entry-failures.test.ts');
        }
        expect([...failed]).toEqual(expect.arrayContaining(['move_mount', 'statx', 'chroot']));
      };
      const prepareAndRun = (outer: MountNamespace) => {
        prepare?.(outer);
        return run();
      };
      if (isNested) await withMountNamespace(prepareAndRun);
      else await run();
    });
  }
});

/** Enters a scope with its system call number `index` failing. */
async function enterWith(options: ScopeOptions, index: number, code: (typeof ERRNOS)[number]) {
  let call: string | undefined;
  let count = 0;
  let isEntered = false;
  const { stackTraceLimit } = Error;
  // As Node has it.
  Error.stackTraceLimit = 10;
  hookSystemCalls((syscall) => {
    if (count++ !== index) return undefined;
    call = syscall;
    return constants.errno[code];
  });
  try {
    await withMountNamespace(options, () => {
      hookSystemCalls(undefined);
      isEntered = true;
    });
    return { call, isEntered };
  } catch (error) {
    return { call, isEntered, error: error as Error };
  } finally {
    hookSystemCalls(undefined);
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** In a state in which a tree is kept for the next scope, where that is done. */
async function look() {
  await withMountNamespace(() => {});
  const { mountInfoFd } = namespaceRecord.entered as EnteredNamespace;
  return {
    mounts: fs.readFileSync('/proc/self/mountinfo', 'utf8'),
    // Those too that no path leads to.
    all: readMountInfo(mountInfoFd).toString('latin1').split('\n').length,
    root: [mountIdOf('/'), mountIdOf('/..')],
    cwd: [fs.readlinkSync('/proc/self/cwd'), mountIdOf('.'), process.cwd()],
    umask: process.umask(),
    descriptors: fs.readdirSync('/proc/self/fd').length,
  };
}

const SHORT_OF_DESCRIPTORS = `
const fs = require('node:fs');
const taken = [];
const fill = () => {
  try { for (;;) taken.push(fs.openSync('/', 'r')); } catch (error) { if (error.code !== 'EMFILE') throw error; }
};
(async () => {
  const { withMountNamespace } = await import(${JSON.stringify(path.resolve('dist/src/index.js'))});
  const [options, isInner] = process.argv.slice(1).map(JSON.parse);
  const table = fs.openSync('/proc/self/mountinfo', 'r');
  const buffer = Buffer.alloc(1 << 20);
  const look = () => buffer.toString('latin1', 0, fs.readSync(table, buffer, 0, buffer.length, 0)) + process.cwd();
  const outcomes = [];
  const attempt = async () => {
    const before = look();
    for (let free = 0; outcomes.at(-1)?.message !== undefined || free === 0; free++) {
      fill();
      for (const fd of taken.splice(-free, free)) fs.closeSync(fd);
      const error = await withMountNamespace(options, () => {}).then(() => ({}), (error) => error);
      const isAsBefore = look() === before;
      const held = taken.length;
      fill();
      outcomes.push({ name: error.name, message: error.message, isAsBefore, lost: free - (taken.length - held) });
    }
    for (const fd of taken) fs.closeSync(fd);
  };
  await withMountNamespace(() => {});
  if (isInner) await withMountNamespace(attempt);
  else await attempt();
  console.log(JSON.stringify(outcomes));
})();`;

describe.each([{}, { copyOnWrite: ['/mnt'] }])(
  'with the options %o, in a process that runs out of descriptors',
  (options) => {
    const run = (isInner: boolean): { message: string }[] => {
      const preload = path.resolve('dist/src/register.cjs');
      const script = `ulimit -n 64 && exec "$@"`;
      const node = [process.execPath, '--require', preload, '--eval', SHORT_OF_DESCRIPTORS];
      const args = ['-c', script, 'sh', ...node, '--', JSON.stringify(options), JSON.stringify(isInner)];
      const out = execFileSync('sh', args, {
        encoding: 'utf8',
        env: { ...process.env, MOUNTNS_NAMESPACE: '', MOUNTNS_HOST: '', NODE_OPTIONS: '' },
      });
      const outcomes = JSON.parse(out) as {
        name: string;
        message: string;
        isAsBefore: boolean;
        lost: number;
      }[];
      expect(new Set(outcomes.map(({ isAsBefore, lost }) => `${isAsBefore} ${lost}`))).toEqual(
        new Set(['true 0']),
      );
      const failures = outcomes.slice(0, -1);
      for (const { name, message } of failures) {
        expect(name).toMatch(EXPLAINED);
        expect(message).toContain('EMFILE');
      }
      return failures;
    };

    test('a scope in another is entered, or everything is as before, and the error says why', () => {
      const failures = run(true);
      expect(failures.length).toBeGreaterThan(1);
      expect(failures[0]?.message).toBe(
        'entering a scope failed: open(2) EMFILE, too many open files\n' +
          '  why:  this process may have 64 descriptors open at once (RLIMIT_NOFILE), and all are taken\n' +
          '  fix:  close what is open, or raise the limit in the shell that starts the tests: ulimit -n …',
      );
    });

    test('a scope that is entered where one was before takes no descriptor, unless its files are others', () => {
      const failures = run(false);
      if ('copyOnWrite' in options) expect(failures.length).toBeGreaterThan(1);
      else expect(failures).toEqual([]);
    });
  },
);

/** What a script prints that may have 64 descriptors; its `fill` takes all of them, and `free` gives those back. */
function runShort(script: string): string {
  const code = `
    const fs = require('node:fs');
    const { spawn } = require('node:child_process');
    const { once } = require('node:events');
    const taken = [];
    const fill = () => {
      try { for (;;) taken.push(fs.openSync('/', 'r')); } catch (error) { if (error.code !== 'EMFILE') throw error; }
    };
    const free = () => { for (const fd of taken.splice(0)) fs.closeSync(fd); };
    import(${JSON.stringify(path.resolve('dist/src/index.js'))}).then(async ({ withMountNamespace }) => {${script} process.exit(); });`;
  const node = [process.execPath, '--require', path.resolve('dist/src/register.cjs'), '--eval', code];
  return execFileSync('sh', ['-c', 'ulimit -n 64 && exec "$@" 2>&1', 'sh', ...node], {
    encoding: 'utf8',
    env: { ...process.env, MOUNTNS_NAMESPACE: '', MOUNTNS_HOST: '', NODE_OPTIONS: '' },
  });
}

test('a scope that has used up all descriptors is left, also the first one whose tree could be kept', () => {
  const out = runShort(`
    await withMountNamespace(fill);
    const { length } = taken;
    free();
    await withMountNamespace((ns) => ns.tmpfs('/mnt'));
    console.log(length > 1);`);
  expect(out).toBe('true\n');
});

test('what a scope that has used up all descriptors lets out is still looked for', () => {
  const out = runShort(`
    const { LeakCheck } = await import(${JSON.stringify(path.resolve('dist/src/leaks/leak-check.js'))});
    await withMountNamespace(() => {});
    const check = LeakCheck.begin('fail');
    await withMountNamespace((ns) => {
      ns.tmpfs('/mnt');
      fill();
    });
    free();
    console.log(check.end().length);`);
  expect(out).toBe('0\n');
});

test.for([false, true])(
  'a scope that has used up all descriptors ends its processes, copyOnWrite: %j',
  (copyOnWrite) => {
    const out = runShort(`
    const children = [];
    await withMountNamespace({ copyOnWrite: ${copyOnWrite} }, async () => {
      for (const _ of [1, 2]) {
        children.push(spawn('sleep', ['1000'], { stdio: 'ignore' }));
        await once(children.at(-1), 'spawn');
      }
      fill();
    });
    free();
    for (const { pid } of children) console.log(fs.readFileSync('/proc/' + pid + '/stat', 'latin1').split(' ')[2]);`);
    expect(out).toMatch(
      /^mountns: a scope ended with processes \d+ \(sleep 1000\), \d+ \(sleep 1000\) still running: killed\n.*\n.*\nZ\nZ\n$/,
    );
  },
);

test('a scope for which the namespace has no mounts left is refused, with the limit', async () => {
  const directory = temporaryDirectory();
  const before = fs.readFileSync('/proc/self/mountinfo', 'utf8');
  await withMountNamespace(async (ns) => {
    ns.tmpfs(directory);
    const fill = (index: number) => {
      fs.mkdirSync(`${directory}/${index}`);
      mount({ source: directory, target: `${directory}/${index}`, flags: MS_BIND | MS_REC });
    };
    // Each doubles what is there.
    expect(() => {
      for (let index = 0; ; index++) fill(index);
    }).toThrow('ENOSPC');
    const full = fs.readFileSync('/proc/self/mountinfo', 'utf8');
    const error = await withMountNamespace(() => {}).catch((thrown: unknown) => thrown as NamespaceError);
    const max = fs.readFileSync('/proc/sys/fs/mount-max', 'utf8').trim();
    expect(error).toMatchObject({
      name: 'NamespaceError',
      code: 'ERR_MOUNTNS_SCOPE',
      message: expect.stringMatching(
        new RegExp(
          `^entering a scope failed: move_mount\\(2\\) ENOSPC, no space left on device\\n {2}why: {2}a mount namespace may hold ${max} mounts \\(fs\\.mount-max\\): \\d{5,} are seen here, .*\\n {2}fix: {2}unmount what is not needed`,
        ),
      ),
    });
    expect(fs.readFileSync('/proc/self/mountinfo', 'utf8')).toBe(full);
    ns.umount(directory, { lazy: true });
    await withMountNamespace((inner) => inner.tmpfs(directory));
  });
  expect(fs.readFileSync('/proc/self/mountinfo', 'utf8')).toBe(before);
});
