import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import v8 from 'node:v8';
import vm from 'node:vm';
import { enterMountNamespace, withMountNamespace } from 'mountns';
import { describe, expect, test } from 'mountns/vitest';
import { readMountInfo } from '../../../src/mounts/read-mount-info.cjs';
import { type EnteredNamespace, namespaceRecord } from '../../../src/namespace/namespace-record.cjs';
import { temporaryDirectory } from '../../temporary-directory.js';

const MiB = 1 << 20;

/** Growth that is allowed in the second half of a run, in bytes. The first half fills caches, and compiles. */
const HEAP_BOUND = MiB / 2;
const RSS_BOUND = 32 * MiB;

interface Variant {
  count: number;
  scope: (directory: string) => Promise<unknown>;
}

const variants: Record<string, Variant> = {
  'empty scopes': { count: 10_000, scope: () => withMountNamespace(() => {}) },
  'scopes that mount': {
    count: 10_000,
    scope: (directory) =>
      withMountNamespace((ns) => {
        ns.tmpfs(directory);
        ns.bind('/proc', `${directory}/a`, { recursive: true });
        fs.writeFileSync(`${directory}/file`, '');
      }),
  },
  'scopes in scopes': {
    count: 1_000,
    scope: () => withMountNamespace(() => withMountNamespace((ns) => ns.tmpfs('/mnt'))),
  },
  'scopes held as handles': {
    count: 1_000,
    scope: async (directory) => {
      await using ns = await enterMountNamespace();
      ns.tmpfs(directory);
    },
  },
  'scopes that fail': {
    count: 1_000,
    scope: (directory) =>
      withMountNamespace((ns) => {
        ns.tmpfs(directory);
        throw new Error('mine');
      }).catch(({ message }: Error) => {
        if (message !== 'mine') throw new Error(message);
      }),
  },
  'copy-on-write scopes': {
    count: 1_000,
    scope: (directory) =>
      withMountNamespace({ copyOnWrite: [directory] }, (ns) => {
        fs.writeFileSync(`${directory}/file`, '');
        if (ns.changes().created.length !== 1) throw new Error('this is no copy-on-write scope');
      }),
  },
  'scopes with a child process': {
    count: 100,
    scope: (directory) =>
      withMountNamespace((ns) => {
        ns.tmpfs(directory);
        execFileSync('true');
      }),
  },
};

describe.each(Object.entries(variants))('%s', (_, { count, scope }) => {
  test(`${count} of them leave nothing behind`, { timeout: 120_000 }, async () => {
    const directory = temporaryDirectory();
    for (let i = 0; i < count / 2; i++) await scope(directory);
    const before = { ...look(), memory: await readMemory() };
    for (let i = 0; i < count / 2; i++) await scope(directory);
    const after = { ...look(), memory: await readMemory() };
    expect({ ...after, memory: undefined }).toEqual({ ...before, memory: undefined });
    expect(after.memory.heap - before.memory.heap).toBeLessThan(HEAP_BOUND);
    expect(after.memory.rss - before.memory.rss).toBeLessThan(RSS_BOUND);
    expect(fs.readdirSync(directory)).toEqual([]);
  });
});

function look() {
  const { mountInfoFd } = namespaceRecord.entered as EnteredNamespace;
  return {
    mounts: fs.readFileSync('/proc/self/mountinfo', 'latin1'),
    // Those too that no path leads to.
    all: readMountInfo(mountInfoFd).toString('latin1').split('\n').length,
    descriptors: fs.readdirSync('/proc/self/fd').map((fd) => `${fd} ${probeLink(fd)}`),
    threads: fs.readdirSync('/proc/self/task').length,
    root: fs.statSync('/').ino,
    cwd: process.cwd(),
  };
}

function probeLink(fd: string): string | undefined {
  try {
    return fs.readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    // That of reading the directory.
    return undefined;
  }
}

v8.setFlagsFromString('--expose-gc');
const collectGarbage = vm.runInNewContext('gc') as () => void;

async function readMemory(): Promise<{ heap: number; rss: number }> {
  for (let i = 0; i < 5; i++) {
    // What a job of the event loop has looked at is kept until its end.
    await setImmediate();
    collectGarbage();
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  return { heap: heapUsed + external, rss };
}
