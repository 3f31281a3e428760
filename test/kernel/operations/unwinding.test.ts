import fs from 'node:fs';
import { type MountNamespace, withMountNamespace } from 'mountns';
import { describe, expect, test } from 'vitest';
import { hookSystemCalls } from '../../../native/libc.cjs';
import { mountIdOf } from '../../../native/statx.cjs';
import { openTarget } from '../../../src/files/target.js';
import { coverWithBinds } from '../../../src/layers/bind-layer.js';
import { inSteps } from '../../../src/operations/in-steps.js';
import { temporaryDirectory } from '../../temporary-directory.js';

interface Case {
  prepare?: (ns: MountNamespace, dir: string) => void;
  run: (ns: MountNamespace, dir: string) => void;
  /** Calls that only take away what the operation itself has put there, of which nothing else can fail. */
  cleanup?: readonly string[];
}

const CASES: Record<string, Case> = {
  'tmpfs on a directory': { run: (ns, dir) => ns.tmpfs(`${dir}/a`) },
  'tmpfs on a missing directory': { run: (ns, dir) => ns.tmpfs(`${dir}/x/y`), cleanup: ['umount2'] },
  'tmpfs on a missing directory right below /': {
    run: (ns) => ns.tmpfs(`/mountns-${process.pid}/y`),
    cleanup: ['umount2'],
  },
  'tmpfs on a missing directory of its own': {
    prepare: (ns, dir) => ns.tmpfs(`${dir}/a`),
    run: (ns, dir) => ns.tmpfs(`${dir}/a/x/y`),
  },
  'tmpfs on a missing directory of a read-only one': {
    prepare: (ns, dir) => ns.readonly(dir),
    run: (ns, dir) => ns.tmpfs(`${dir}/x/y`),
    cleanup: ['umount2'],
  },
  'tmpfs on a missing directory of a read-only one of its own': {
    prepare: (ns, dir) => {
      ns.tmpfs(`${dir}/a`);
      ns.readonly(`${dir}/a`);
    },
    run: (ns, dir) => ns.tmpfs(`${dir}/a/x/y`),
    cleanup: ['umount2'],
  },
  'tmpfs on a missing directory of a layer that is read-only': {
    prepare: (ns, dir) => {
      ns.readonly(dir);
      ns.tmpfs(`${dir}/t`);
    },
    run: (ns, dir) => ns.tmpfs(`${dir}/x/y`),
  },
  'tmpfs on a missing directory in a shared tree': {
    prepare: shareTree,
    run: (ns, dir) => ns.tmpfs(`${dir}/x/y`),
    cleanup: ['umount2'],
  },
  'readonly in a shared tree': {
    prepare: shareTree,
    run: (ns, dir) => ns.readonly(dir),
  },
  // What is mounted here is mounted there too, with copies of the mounts below.
  'tmpfs on a missing directory that is shared with another place': {
    prepare: sharePlaces,
    run: (ns, dir) => ns.tmpfs(`${dir}/a/x/y`),
    cleanup: ['umount2'],
  },
  'readonly of a directory that is shared with another place': {
    prepare: sharePlaces,
    run: (ns, dir) => ns.readonly(`${dir}/a`),
  },
  bind: { run: (ns, dir) => ns.bind(`${dir}/a`, `${dir}/b`, { recursive: true, readonly: true }) },
  'bind of a file on a missing one': {
    run: (ns, dir) => ns.bind(`${dir}/f`, `${dir}/x/g`, { readonly: true }),
    cleanup: ['umount2'],
  },
  'overlay of a directory': { run: (ns, dir) => ns.overlay(`${dir}/a`), cleanup: ['umount2'] },
  'overlay of two directories': {
    run: (ns, dir) => ns.overlay(`${dir}/a`, { lower: [`${dir}/b`, `${dir}/a`] }),
    cleanup: ['umount2'],
  },
  'overlay of odd names': {
    prepare: (ns, dir) => {
      ns.tmpfs(`${dir}/a`);
      for (const name of ['l:', 'u:', 'w:']) fs.mkdirSync(`${dir}/a/${name}`);
    },
    run: (ns, dir) =>
      ns.overlay(`${dir}/b`, { lower: `${dir}/a/l:`, upper: `${dir}/a/u:`, work: `${dir}/a/w:` }),
    cleanup: ['umount2'],
  },
  // What stands in for an overlay where mounts are locked.
  'a cover of binds': {
    prepare: (ns, dir) => {
      ns.tmpfs(`${dir}/a`);
      ns.tmpfs(`${dir}/a/below`);
      fs.writeFileSync(`${dir}/a/file`, '');
      fs.symlinkSync('file', `${dir}/a/link`);
      process.chdir(`${dir}/a`);
    },
    run: (_, dir) =>
      inSteps((steps) => {
        const path = `${dir}/a`;
        coverWithBinds({ path, fd: steps.closing(openTarget(path)) }, steps);
      }),
    cleanup: ['umount2'],
  },
  proc: { run: (ns, dir) => ns.proc(`${dir}/a`) },
  'readonly of a directory': {
    prepare: (_, dir) => process.chdir(`${dir}/a`),
    run: (ns, dir) => ns.readonly(`${dir}/a`),
  },
  'readonly of a mount': {
    prepare: (ns, dir) => ns.tmpfs(`${dir}/a`),
    run: (ns, dir) => ns.readonly(`${dir}/a`),
  },
  remount: {
    prepare: (ns, dir) => ns.tmpfs(`${dir}/a`),
    run: (ns, dir) => ns.remount(`${dir}/a`, { flags: ['noexec'] }),
  },
  'remount of a tree': {
    prepare: mountTree,
    run: (ns, dir) => ns.remount(`${dir}/a`, { flags: ['noexec', 'dev', 'noatime'], recursive: true }),
  },
  'mask of a directory': { run: (ns, dir) => ns.mask(`${dir}/a`) },
  'mask of a file': { run: (ns, dir) => ns.mask(`${dir}/f`), cleanup: ['umount2'] },
  move: {
    prepare: (ns, dir) => ns.tmpfs(`${dir}/a`),
    run: (ns, dir) => ns.move(`${dir}/a`, `${dir}/b`),
  },
  'move to a missing directory': {
    prepare: (ns, dir) => ns.tmpfs(`${dir}/a`),
    run: (ns, dir) => ns.move(`${dir}/a`, `${dir}/x/y`),
    cleanup: ['umount2'],
  },
  propagation: { run: (ns) => ns.propagation('/', 'shared', { recursive: true }) },
  umount: {
    prepare: (ns, dir) => ns.tmpfs(`${dir}/a`),
    run: (ns, dir) => ns.umount(`${dir}/a`),
  },
  'pivotRoot to a directory': { run: (ns, dir) => ns.pivotRoot(`${dir}/a`) },
  'pivotRoot to a mount': {
    prepare: (ns, dir) => ns.tmpfs(`${dir}/a`),
    run: (ns, dir) => ns.pivotRoot(`${dir}/a`),
  },
  'pivotRoot with a place for the old root': {
    prepare: (ns, dir) => ns.tmpfs(`${dir}/a`),
    run: (ns, dir) => ns.pivotRoot(`${dir}/a`, `${dir}/a/old`),
  },
};

function mountTree(ns: MountNamespace, dir: string): void {
  ns.tmpfs(`${dir}/a`);
  ns.mount({ target: `${dir}/a/x`, type: 'tmpfs', flags: ['noexec', 'nodiratime'] });
  ns.mount({ target: `${dir}/a/x/y`, type: 'tmpfs', flags: ['ro', 'strictatime'] });
}

function shareTree(ns: MountNamespace, dir: string): void {
  mountTree(ns, dir);
  ns.propagation('/', 'shared', { recursive: true });
  process.chdir(`${dir}/a`);
}

function sharePlaces(ns: MountNamespace, dir: string): void {
  fs.mkdirSync(`${dir}/a/below`, { recursive: true });
  ns.propagation('/', 'shared', { recursive: true });
  ns.bind(`${dir}/a`, `${dir}/b`);
  ns.tmpfs(`${dir}/a/below`);
  process.chdir(`${dir}/a`);
}

describe('an operation of which a system call fails leaves everything as it was', () => {
  for (const [name, { prepare, run, cleanup = [] }] of Object.entries(CASES)) {
    test(name, async () => {
      const directory = temporaryDirectory();
      for (const entry of ['a', 'b']) fs.mkdirSync(`${directory}/${entry}`);
      fs.writeFileSync(`${directory}/f`, '');
      const failed: string[] = [];
      for (let index = 0, isDone = false; !isDone; index++) {
        await withMountNamespace((ns) => {
          prepare?.(ns, directory);
          const before = look(directory);
          const { call, error } = failCall({ index, cleanup }, () => run(ns, directory));
          isDone = call === undefined;
          if (error === undefined) return;
          failed.push(call as string);
          expect(error).toMatchObject({ code: 'EIO' });
          expect(look(directory), `after a failed ${call}, call ${index}`).toEqual(before);
        });
      }
      // A case that makes no call fails nothing.
      expect(failed.length).toBeGreaterThan(1);
    });
  }
});

/** Runs an operation with its system call number `index` failing; the name of that call, and what was thrown. */
function failCall({ index, cleanup }: { index: number; cleanup: readonly string[] }, run: () => void) {
  const EIO = 5;
  let call: string | undefined;
  let count = 0;
  hookSystemCalls((syscall) => {
    if (cleanup.includes(syscall) || count++ !== index) return undefined;
    call = syscall;
    return EIO;
  });
  try {
    run();
    return { call };
  } catch (error) {
    return { call, error };
  } finally {
    hookSystemCalls(undefined);
  }
}

function look(directory: string) {
  return {
    mounts: fs.readFileSync('/proc/self/mountinfo', 'utf8').split('\n').sort(),
    root: [mountIdOf('/'), mountIdOf('/..'), fs.statSync('/').ino],
    cwd: [fs.readlinkSync('/proc/self/cwd'), mountIdOf('.'), process.cwd()],
    files: fs.readdirSync(directory, { recursive: true }).sort(),
    descriptors: fs.readdirSync('/proc/self/fd').length,
  };
}
