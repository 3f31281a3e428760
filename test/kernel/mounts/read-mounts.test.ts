import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { describe, expect, onTestFinished, test, vi } from 'vitest';

import type { Mount } from '../../../src/mounts/mount.js';
import { readMounts } from '../../../src/mounts/read-mounts.js';
import { inPrivateNamespace, PRELOAD, spawnInPrivateNamespace } from './in-private-namespace.js';

test("reads another process's table, which is not this one's", async () => {
  const child = spawnInPrivateNamespace(({ directory }) => {
    process.stdout.write(directory);
    process.stdin.resume();
  });
  const [directory] = await once(child.stdout as NodeJS.ReadableStream, 'data');
  expect(readMounts(child.pid).at(String(directory))).toMatchObject({ fsType: 'tmpfs', source: 'test' });
  expect(readMounts('self').at(String(directory))).toBeUndefined();
});

describe('in a process that entered a namespace', () => {
  const seen = () =>
    inPrivateNamespace(
      ({ mounts, native, directory }) => {
        const read = (which: 'self' | 'host' | number) => {
          const table = mounts.readMounts(which);
          return { directory: table.at(directory)?.source, proc: table.at('/proc')?.source };
        };
        const before = { self: read('self'), host: read('host') };
        native.mount({ source: 'cover', target: '/proc', type: 'tmpfs' });
        const covered = { self: read('self'), host: read('host'), pid: read(process.pid) };
        native.umount2('/proc');
        native.umount2('/proc', native.MNT_DETACH);
        return { before, covered, unmounted: { self: read('self'), host: read('host') } };
      },
      [process.execPath, '--require', PRELOAD],
    );

  test('tells its own table from that of the host, and needs no /proc', () => {
    const host = { proc: 'proc' };
    expect(seen()).toEqual({
      before: { self: { directory: 'test', proc: 'proc' }, host },
      covered: {
        self: { directory: 'test', proc: 'cover' },
        host,
        pid: { directory: 'test', proc: 'cover' },
      },
      unmounted: { self: { directory: 'test' }, host },
    });
  });
});

describe('a table that changes while it is read', () => {
  // 150 mounts fill several pages, and read(2) gives one at a time. One system call changes all of them.
  test.each([
    ['is moved', spawnMoving, (mount: Mount) => mount.mountPoint.split('/').at(-2)],
    ['is shared, of which poll(2) tells nothing', spawnSharing, (mount: Mount) => mount.propagation],
  ])('is from one moment when it %s', async (_, start, stateOf) => {
    const child = start();
    await once(child.stdout as NodeJS.ReadableStream, 'data');
    const states = new Set<string | undefined>();
    for (let round = 0; round < 200; round++) {
      const mounts = readMounts(child.pid).filter({ source: 'changing' });
      expect(mounts).toHaveLength(150);
      const [state, ...others] = new Set(mounts.map(stateOf));
      expect(others).toEqual([]);
      states.add(state);
    }
    // Else nothing changed, and nothing was shown.
    expect(states.size).toBe(2);
  });

  test('is read again when poll(2) tells of a change', () => {
    const { first, result, truth } = inPrivateNamespace(({ fs, mounts, native, mkdir }) => {
      const fd = fs.openSync('/proc/self/mountinfo', 'r');
      const { readSync } = fs;
      const first = '1 1 0:1 / / rw - tmpfs never rw\n';
      let reads = 0;
      const tearing = (...args: Parameters<typeof readSync>) => {
        reads++;
        if (reads > 2) return readSync(...args);
        native.mount({ source: 'new', target: mkdir(`new${reads}`), type: 'tmpfs' });
        return reads === 1 ? (args[1] as Buffer).write(first) : 0;
      };
      fs.readSync = tearing as typeof readSync;
      require('node:module').syncBuiltinESMExports();
      const result = String(mounts.readMountInfo(fd));
      return { first, result, truth: fs.readFileSync('/proc/self/mountinfo', 'utf8') };
    });
    expect(result).not.toBe(first);
    expect(result).toBe(truth);
  });
});

function spawnMoving() {
  return spawnInPrivateNamespace(({ native, mkdir }) => {
    native.mount({ source: 'top', target: mkdir('a'), type: 'tmpfs' });
    for (let number = 0; number < 150; number++) {
      native.mount({ source: 'changing', target: mkdir(`a/${number}`), type: 'tmpfs' });
    }
    const [from, to] = [mkdir('a'), mkdir('b')];
    const move = () => {
      native.mount({ source: from, target: to, flags: native.MS_MOVE });
      setTimeout(() => {
        native.mount({ source: to, target: from, flags: native.MS_MOVE });
        setTimeout(move, 1);
      }, 1);
    };
    move();
    process.stdout.write('ready');
  });
}

function spawnSharing() {
  return spawnInPrivateNamespace(({ native, mkdir }) => {
    const top = mkdir('a');
    native.mount({ source: 'top', target: top, type: 'tmpfs' });
    for (let number = 0; number < 150; number++) {
      native.mount({ source: 'changing', target: mkdir(`a/${number}`), type: 'tmpfs' });
    }
    const change = (flags: number) => {
      native.mount({ target: top, flags: native.MS_REC | flags });
      setTimeout(change, 1, flags === native.MS_SHARED ? native.MS_PRIVATE : native.MS_SHARED);
    };
    change(native.MS_SHARED);
    process.stdout.write('ready');
  });
}

describe('a process that cannot be read', () => {
  test('has ended and was not reaped', async () => {
    // The shell starts a child and becomes cat, which knows nothing of it; then the child ends.
    const child = spawn('sh', ['-c', 'read line <&3 & echo $!; exec cat'], {
      stdio: ['pipe', 'pipe', 'inherit', 'pipe'],
    });
    onTestFinished(() => {
      child.kill('SIGKILL');
    });
    const stdout = child.stdout as NodeJS.ReadableStream;
    const pid = Number((await once(stdout, 'data'))[0]);
    child.stdin?.write('cat is there\n');
    await once(stdout, 'data');
    (child.stdio[3] as NodeJS.WritableStream).end();
    await vi.waitUntil(() => /^State:\tZ/m.test(fs.readFileSync(`/proc/${pid}/status`, 'utf8')), {
      interval: 5,
    });
    const why = `process ${pid} has ended, only its parent has not reaped it yet (State: Z (zombie))`;
    const summary = `^read the mounts of process ${pid} failed: open(at)?\\(2\\) EINVAL, invalid argument\\n`;
    const message = expect.stringMatching(summary);
    expect(() => readMounts(pid)).toThrow(expect.objectContaining({ code: 'EINVAL', why, message }));
  });

  test.each([
    [
      'invisible',
      'ENOENT',
      'the process exists, but /proc does not show it: mounted with hidepid, or for another pid namespace',
    ],
    ['noaccess', 'EPERM', 'process 1 belongs to uid 0, this one runs as uid 65534'],
  ])('belongs to another user: hidepid=%s', (hidepid, code, why) => {
    const error = inPrivateNamespace(
      ({ mounts, native }) => {
        const data = `hidepid=${process.env.HIDEPID}`;
        native.mount({ source: 'proc', target: '/proc', type: 'proc', data });
        process.setgroups?.([]);
        process.setgid?.(65534);
        process.setuid?.(65534);
        try {
          return mounts.readMounts(1).length;
        } catch (error) {
          const { code, why } = error as { code: string; why: string };
          return { code, why };
        }
      },
      ['env', `HIDEPID=${hidepid}`, process.execPath],
    );
    expect(error).toEqual({ code, why });
  });
});
