import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { constants } from 'node:os';
import { withMountNamespace } from 'mountns';
import { expect, test } from 'mountns/vitest';
import { onTestFinished } from 'vitest';
import { hookSystemCalls } from '../../../native/libc.cjs';
import { failureOf, stable } from '../../failure-of.js';

test('passes when nothing has changed afterwards', async ({ ns }) => {
  ns.tmpfs('/mnt/test_mount');
  await expect(() => {}).toLeaveMountsUnchanged();
  await expect(async () => {
    ns.tmpfs('/mnt/test_mount/sub');
    await Promise.resolve();
    ns.umount('/mnt/test_mount/sub');
  }).toLeaveMountsUnchanged();
});

test('passes for a scope, whatever was done in it', async () => {
  await expect(() =>
    withMountNamespace(() => {
      execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', '/mnt']);
      execFileSync('mount', ['--make-rshared', '/']);
    }),
  ).toLeaveMountsUnchanged();
});

test('says what was added, removed and changed', async ({ ns }) => {
  ns.tmpfs('/mnt/test_mount');
  ns.tmpfs('/mnt/test_mount/goes', { size: '64k' });
  ns.tmpfs('/mnt/test_mount/changes');
  expect(
    await failureOf(() =>
      expect(async () => {
        ns.tmpfs('/mnt/test_mount/comes', { flags: ['noexec'] });
        ns.umount('/mnt/test_mount/goes');
        await Promise.resolve();
        execFileSync('mount', ['-o', 'remount,bind,ro', '/mnt/test_mount/changes']);
        execFileSync('mount', ['--make-unbindable', '/mnt/test_mount/changes']);
      }).toLeaveMountsUnchanged(),
    ),
  ).toMatchInlineSnapshot(`
    "expect(fn).toLeaveMountsUnchanged()

    Expected fn to leave the mounts unchanged
    Changes:  - tmpfs on /mnt/test_mount/goes type tmpfs (rw,nosuid,nodev,relatime,size=64k), private
              + tmpfs on /mnt/test_mount/comes type tmpfs (rw,nosuid,nodev,noexec,relatime), private
              ~ /mnt/test_mount/changes: options rw,nosuid,nodev,relatime → ro,nosuid,nodev,relatime, propagation private → unbindable
    Seen in:  mnt:[…], … mounts"
  `);
});

test('fails when a file system was replaced by one that looks the same', async ({ ns }) => {
  ns.tmpfs('/mnt/test_mount');
  const replace = () => {
    ns.umount('/mnt/test_mount');
    ns.tmpfs('/mnt/test_mount');
  };
  // Most times the new one has the device number and the mount id of the old one.
  expect(await failureOf(() => expect(replace).toLeaveMountsUnchanged())).toMatchInlineSnapshot(`
    "expect(fn).toLeaveMountsUnchanged()

    Expected fn to leave the mounts unchanged
    Changes:   - tmpfs on /mnt/test_mount type tmpfs (rw,nosuid,nodev,relatime), private
               + tmpfs on /mnt/test_mount type tmpfs (rw,nosuid,nodev,relatime), private
    Replaced:  /mnt/test_mount shows another file system than before
    Seen in:   mnt:[…], … mounts"
  `);
  await expect(replace).not.toLeaveMountsUnchanged();
});

test('passes when the same file system is mounted there again', async ({ ns }) => {
  ns.tmpfs('/mnt/test_mount');
  ns.bind('/mnt/test_mount', '/mnt/test_bind');
  await expect(() => {
    ns.umount('/mnt/test_mount');
    ns.bind('/mnt/test_bind', '/mnt/test_mount');
  }).toLeaveMountsUnchanged();
});

test('sees what is in the tables, where no file system can be watched', async ({ ns }) => {
  ns.tmpfs('/mnt/test_mount');
  onTestFinished(() => hookSystemCalls(undefined));
  for (const refused of ['inotify_init1', 'inotify_add_watch']) {
    hookSystemCalls((name) => (name === refused ? constants.errno.ENOSPC : undefined));
    await expect(() => {}).toLeaveMountsUnchanged();
    await expect(() => ns.tmpfs('/mnt/test_mount/sub')).not.toLeaveMountsUnchanged();
  }
});

test('leaves no descriptor open, and keeps no file system busy', async ({ ns }) => {
  ns.tmpfs('/mnt/test_mount');
  const before = fs.readdirSync('/proc/self/fd').length;
  await expect(() => ns.umount('/mnt/test_mount')).not.toLeaveMountsUnchanged();
  const fail = () => Promise.reject(new Error('mine'));
  await expect(expect(fail).toLeaveMountsUnchanged()).rejects.toThrow('mine');
  expect(fs.readdirSync('/proc/self/fd')).toHaveLength(before);
});

test('each kind of change is one', async ({ ns }) => {
  ns.tmpfs('/mnt/test_mount');
  await expect(() => ns.tmpfs('/mnt/test_mount/sub')).not.toLeaveMountsUnchanged();
  await expect(() => ns.remount('/mnt/test_mount/sub', { flags: ['ro'] })).not.toLeaveMountsUnchanged();
  await expect(() => ns.umount('/mnt/test_mount/sub')).not.toLeaveMountsUnchanged();
});

test('says with .not that nothing has changed', async ({ ns }) => {
  await expect(() => ns.tmpfs('/mnt/test_mount')).not.toLeaveMountsUnchanged();
  expect(await failureOf(() => expect(() => {}).not.toLeaveMountsUnchanged())).toMatchInlineSnapshot(`
    "expect(fn).not.toLeaveMountsUnchanged()

    Expected fn not to leave the mounts unchanged
    Seen in:  mnt:[…], … mounts"
  `);
});

test('passes the error of the function on, with what it had changed in the stack', async ({ ns }) => {
  ns.tmpfs('/mnt/test_mount');
  const error = new RangeError('mine');
  const fail = () => {
    ns.tmpfs('/mnt/test_mount/comes');
    throw error;
  };
  await expect(expect(fail).toLeaveMountsUnchanged()).rejects.toBe(error);
  expect(error.message).toBe('mine');
  const [shown = '', frames] = (error.stack as string).split(/\n(?= +at )/);
  expect(stable(shown)).toMatchInlineSnapshot(`
    "RangeError: mine

    mountns: before it failed, fn changed the mounts:
      + tmpfs on /mnt/test_mount/comes type tmpfs (rw,nosuid,nodev,relatime), private
    "
  `);
  expect(frames).toContain(import.meta.filename);
});

test('passes the error on with .not too, and as it is when nothing had changed', async () => {
  const error = new RangeError('mine');
  const { stack } = error;
  const fail = async () => {
    throw error;
  };
  await expect(expect(fail).not.toLeaveMountsUnchanged()).rejects.toBe(error);
  await expect(expect(fail).toLeaveMountsUnchanged()).rejects.toBe(error);
  expect(error.stack).toBe(stack);
});

test('passes on what can not be noted in', async ({ ns }) => {
  ns.tmpfs('/mnt/test_mount');
  const frozen = Object.freeze(new Error('frozen'));
  for (const [index, thrown] of [
    frozen,
    'text',
    undefined,
    null,
    42,
    Object.freeze({ stack: 'x' }),
  ].entries()) {
    const fail = () => {
      ns.tmpfs(`/mnt/test_mount/${index}`);
      throw thrown;
    };
    await expect(expect(fail).toLeaveMountsUnchanged()).rejects.toBe(thrown);
  }
});

test('refuses what is no function, at once and in both directions', () => {
  for (const value of [undefined, null, 'fn', Promise.resolve(), {}]) {
    expect(() => expect(value).toLeaveMountsUnchanged()).toThrow(TypeError);
    expect(() => expect(value).not.toLeaveMountsUnchanged()).toThrow(TypeError);
  }
  expect(() => expect(Promise.resolve()).toLeaveMountsUnchanged()).toThrowErrorMatchingInlineSnapshot(
    `[TypeError: toLeaveMountsUnchanged: expect() must be given a function, received [Promise]]`,
  );
});

test('refuses to stand for a value, which would be compared before it is known', () => {
  const { not } = expect as unknown as { not: { toLeaveMountsUnchanged(): unknown } };
  expect(() => expect({ fn: () => {} }).toEqual({ fn: not.toLeaveMountsUnchanged() })).toThrow(
    'toLeaveMountsUnchanged waits for its function and can’t stand for a value: await expect(fn)',
  );
});
