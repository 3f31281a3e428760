import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';
import { type MountNamespace, withMountNamespace } from 'mountns';
import { expect, test } from 'mountns/vitest';
import { hookSystemCalls } from '../../../native/libc.cjs';
import { errorOf, stable } from '../../failure-of.js';
import { temporaryDirectory } from '../../temporary-directory.js';

const mount = (...args: string[]) => execFileSync('mount', args);

/** The stack up to the first frame. */
function headOf(error: Error): string {
  return stable((error.stack as string).split(/\n +at /)[0] as string);
}

/** The lines that stand for mounts. */
function changesIn(error: Error): string[] {
  return headOf(error)
    .split('\n')
    .filter((line) => /^ {2}[-+~] /.test(line));
}

/** The error that `withMountNamespace` passes on when `act` is followed by an error. */
function failAfter(act: (ns: MountNamespace) => unknown): Promise<Error> {
  return errorOf(() =>
    withMountNamespace(async (ns) => {
      await act(ns);
      throw new RangeError('mine');
    }),
  );
}

test('an error of fn carries what the scope had made', async () => {
  const error = await failAfter((ns) => {
    ns.tmpfs('/mnt/test_mount', { size: '64k' });
    mount('--bind', '/mnt/test_mount', '/proc');
    mount('-o', 'remount,bind,noexec', '/dev');
    mount('--make-shared', '/mnt/test_mount');
  });
  expect(error.message).toBe('mine');
  expect(headOf(error)).toMatchInlineSnapshot(`
    "RangeError: mine

    mountns: this scope had changed the mounts, all undone now:
      + tmpfs on /mnt/test_mount type tmpfs (rw,nosuid,nodev,relatime,size=64k), shared:…
      + tmpfs on /proc type tmpfs (rw,nosuid,nodev,relatime,size=64k), private
      ~ /dev: options rw,relatime → rw,noexec,relatime
      to see them, pause the test there and run npx ns-tool mounts PID, or ls /proc/PID/root (PID: its process.pid)
    "
  `);
});

test('nothing is added when nothing was made', async () => {
  const error = await failAfter((ns) => {
    ns.tmpfs('/mnt/test_mount');
    ns.umount('/mnt/test_mount');
  });
  expect(headOf(error)).toBe('RangeError: mine');
});

test.each([true, ['/srv', '/dev/shm']])(
  'what a copy-on-write scope is made of is not shown: %j',
  async (copyOnWrite) => {
    const error = await errorOf(() =>
      withMountNamespace({ copyOnWrite }, (ns) => {
        ns.tmpfs('/mnt/test_mount');
        throw new RangeError('mine');
      }),
    );
    expect(changesIn(error)).toEqual([
      '  + tmpfs on /mnt/test_mount type tmpfs (rw,nosuid,nodev,relatime), private',
    ]);
  },
);

test('an overlay that was asked for is shown, one for a mount point is not', async () => {
  const error = await failAfter((ns) => {
    ns.tmpfs('/mnt/test_mount');
    ns.overlay('/mnt/test_mount');
  });
  expect(headOf(error)).toContain('  + overlay on /mnt/test_mount type overlay (');
  expect(headOf(error)).not.toContain(' on /mnt type ');
});

test('a table of many mounts is cut', async () => {
  const error = await failAfter((ns) => {
    ns.tmpfs('/mnt/test_mount');
    for (let i = 0; i < 30; i++) ns.tmpfs(`/mnt/test_mount/${i}`);
  });
  const lines = headOf(error).split('\n');
  expect(lines.filter((line) => line.startsWith('  + '))).toHaveLength(20);
  expect(lines).toContain('  … and 11 more');
});

test('each scope on the way adds its own', async () => {
  const error = await failAfter(async (outer) => {
    outer.tmpfs('/mnt/test_mount');
    mount('--make-shared', '/mnt/test_mount');
    await withMountNamespace((inner) => {
      inner.tmpfs('/mnt/test_mount/inner');
      throw new RangeError('of the inner one');
    });
  });
  expect(headOf(error)).toMatchInlineSnapshot(`
    "RangeError: of the inner one

    mountns: this scope had changed the mounts, all undone now:
      + tmpfs on /mnt/test_mount/inner type tmpfs (rw,nosuid,nodev,relatime), private
      to see them, pause the test there and run npx ns-tool mounts PID, or ls /proc/PID/root (PID: its process.pid)

    mountns: this scope had changed the mounts, all undone now:
      + tmpfs on /mnt/test_mount type tmpfs (rw,nosuid,nodev,relatime), shared:…
      to see them, pause the test there and run npx ns-tool mounts PID, or ls /proc/PID/root (PID: its process.pid)

    "
  `);
});

test('what lay there before is not shown, wherever a layer for a mount point has put it', async ({ ns }) => {
  const directory = temporaryDirectory();
  for (const name of ['a', 'c']) fs.mkdirSync(`${directory}/${name}`);
  ns.tmpfs(`${directory}/a`);
  ns.tmpfs(`${directory}/a/b`);
  ns.tmpfs(`${directory}/c`);
  ns.propagation(`${directory}/c`, 'unbindable');
  for (const missing of [`${directory}/missing`, '/missing_below_root']) {
    const error = await failAfter((inner) => inner.tmpfs(missing));
    expect(changesIn(error)).toEqual([
      `  + tmpfs on ${missing} type tmpfs (rw,nosuid,nodev,relatime), private`,
    ]);
  }
});

test('what a scope inside has mounted is not shown, when it is still open', async () => {
  const error = await failAfter(async () => {
    await new Promise<void>((opened) => {
      void withMountNamespace(async (inner) => {
        inner.tmpfs('/mnt/test_mount');
        opened();
        await new Promise(setImmediate);
      });
    });
  });
  expect(headOf(error)).toBe('RangeError: mine');
});

test('an error is passed on when the mounts can not be read', async () => {
  const error = await failAfter((ns) => {
    ns.tmpfs('/mnt/test_mount');
    let failures = 0;
    hookSystemCalls((name) => (name === 'openat' && failures++ === 0 ? constants.errno.EMFILE : undefined));
  });
  hookSystemCalls(undefined);
  expect(headOf(error)).toBe('RangeError: mine');
});

test('a scope that waits for its turn does not mix its mounts in', async () => {
  const failing = failAfter((ns) => ns.tmpfs('/mnt/test_mount'));
  const waiting = withMountNamespace((ns) => ns.tmpfs('/mnt/of_the_other'));
  const error = await failing;
  await waiting;
  expect(headOf(error)).toMatchInlineSnapshot(`
    "RangeError: mine

    mountns: this scope had changed the mounts, all undone now:
      + tmpfs on /mnt/test_mount type tmpfs (rw,nosuid,nodev,relatime), private
      to see them, pause the test there and run npx ns-tool mounts PID, or ls /proc/PID/root (PID: its process.pid)
    "
  `);
});

test('whatever is thrown comes out as it was', async () => {
  const frozen = Object.freeze(new Error('frozen'));
  for (const thrown of [frozen, 'text', undefined, null, 42, Object.freeze({ message: 'x', stack: 'x' })]) {
    const caught = await withMountNamespace((ns) => {
      ns.tmpfs('/mnt/test_mount');
      throw thrown;
    }).then(
      () => 'nothing was thrown',
      (error) => error,
    );
    expect(caught).toBe(thrown);
  }
});

test('a scope that can not read its mounts passes the error on', async () => {
  const error = await errorOf(() =>
    withMountNamespace((ns) => {
      ns.tmpfs('/mnt/test_mount');
      execFileSync('umount', ['-l', '/']);
      throw new RangeError('mine');
    }),
  );
  expect(error).toBeInstanceOf(RangeError);
});

test('what the note says shows the mounts while the scope is there', ({ ns }) => {
  ns.tmpfs('/mnt/test_mount');
  fs.writeFileSync('/mnt/test_mount/file', '');
  const onHost = ['--target', String(process.ppid), '--mount'];
  const run = (...command: string[]) =>
    execFileSync('nsenter', [...onHost, ...command], { encoding: 'utf8', env: { PATH: process.env.PATH } });
  expect(run('ls', `/proc/${process.pid}/root/mnt/test_mount`)).toBe('file\n');
  const tool = path.resolve('dist/src/cli/ns-tool.cjs');
  expect(run(process.execPath, tool, 'mounts', String(process.pid))).toContain('/mnt/test_mount');
});
