import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { expect, test } from 'mountns/vitest';
import { failureOf } from '../../failure-of.js';

test('passes where something is mounted, and not beside it', ({ ns }) => {
  ns.tmpfs('/mnt/test_mount');
  fs.mkdirSync('/mnt/test_mount/sub');
  expect('/mnt/test_mount').toBeMountPoint();
  expect('/mnt/test_mount/').toBeMountPoint();
  expect('/mnt/test_mount/sub').not.toBeMountPoint();
  expect('/mnt/test_mount/missing').not.toBeMountPoint();
  expect('/').toBeMountPoint();
});

test('passes for a file that something is mounted on', ({ ns }) => {
  ns.tmpfs('/mnt/test_mount');
  fs.writeFileSync('/mnt/test_mount/file', '');
  expect('/mnt/test_mount/file').not.toBeMountPoint();
  execFileSync('mount', ['--bind', '/dev/null', '/mnt/test_mount/file']);
  expect('/mnt/test_mount/file').toBeMountPoint();
  expect('/mnt/test_mount/file/below').not.toBeMountPoint();
});

test('follows symbolic links', ({ ns }) => {
  ns.tmpfs('/mnt/test_mount');
  ns.tmpfs('/mnt/test_mount/real');
  fs.symlinkSync('real', '/mnt/test_mount/link');
  expect('/mnt/test_mount/link').toBeMountPoint();
});

test('fails in both directions where the kernel does not look', ({ ns }) => {
  ns.tmpfs('/mnt/test_mount');
  fs.symlinkSync('circle', '/mnt/test_mount/circle');
  for (const expectation of [expect('/mnt/test_mount/circle'), expect('/mnt/test_mount/circle').not]) {
    expect(() => expectation.toBeMountPoint()).toThrow(
      expect.objectContaining({ name: 'MountError', code: 'ELOOP' }),
    );
  }
});

test('does not see a mount that another one hides', ({ ns }) => {
  ns.tmpfs('/mnt/test_mount');
  ns.tmpfs('/mnt/test_mount/sub');
  ns.tmpfs('/mnt/test_mount');
  fs.mkdirSync('/mnt/test_mount/sub');
  expect('/mnt/test_mount/sub').not.toBeMountPoint();
});

test('compares type, source and options, of the top-most mount', ({ ns }) => {
  ns.mount({ target: '/mnt/test_mount', type: 'ramfs', source: 'beneath' });
  ns.mount({
    target: '/mnt/test_mount',
    type: 'tmpfs',
    source: 'above',
    flags: ['ro'],
    data: { size: '1m' },
  });
  expect('/mnt/test_mount').toBeMountPoint({ type: 'tmpfs', source: 'above', options: ['size=1024k', 'ro'] });
  expect('/mnt/test_mount').toBeMountPoint(expect.objectContaining({ source: expect.stringMatching(/^ab/) }));
  expect('/mnt/test_mount').not.toBeMountPoint({ source: 'beneath' });
  // In effect it is read-only, though its superblock is not.
  expect('/mnt/test_mount').not.toBeMountPoint({ options: ['rw'] });
});

test('says what is there instead', async ({ ns }) => {
  ns.tmpfs('/mnt/test_mount');
  fs.mkdirSync('/mnt/test_mount/sub');
  expect(await failureOf(() => expect('/mnt/test_mount/sub').toBeMountPoint())).toMatchInlineSnapshot(`
    "expect(path).toBeMountPoint()

    Expected /mnt/test_mount/sub to be a mount point
    Broken:   nothing is mounted there
    Lies on:  tmpfs on /mnt/test_mount type tmpfs (rw,nosuid,nodev,relatime), private
    Seen in:  mnt:[…], … mounts"
  `);
  expect(
    await failureOf(() => expect('/mnt/test_mount/missing').toBeMountPoint({ type: 'tmpfs' })),
  ).toMatchInlineSnapshot(`
    "expect(path).toBeMountPoint(expected)

    Expected /mnt/test_mount/missing to be a mount point with type tmpfs
    Broken:   there is no such file or directory
    Seen in:  mnt:[…], … mounts"
  `);
});

test('says what differs', async ({ ns }) => {
  ns.tmpfs('/mnt/test_mount');
  const expected = {
    type: 'ext4',
    source: expect.stringMatching(/^.dev/),
    options: ['ro', 'nodev', 'noexec'],
  };
  expect(await failureOf(() => expect('/mnt/test_mount').toBeMountPoint(expected))).toMatchInlineSnapshot(`
    "expect(path).toBeMountPoint(expected)

    Expected /mnt/test_mount to be a mount point with type ext4, source StringMatching /^.dev/, options ro,nodev,noexec
    Broken:   its type is tmpfs, its source is tmpfs, it lacks ro,noexec
    Mount:    tmpfs on /mnt/test_mount type tmpfs (rw,nosuid,nodev,relatime), private
    Seen in:  mnt:[…], … mounts"
  `);
});

test('says what is mounted and should not be', async ({ ns }) => {
  ns.tmpfs('/mnt/test_mount');
  expect(await failureOf(() => expect('/mnt/test_mount').not.toBeMountPoint())).toMatchInlineSnapshot(`
    "expect(path).not.toBeMountPoint()

    Expected /mnt/test_mount not to be a mount point
    Mount:    tmpfs on /mnt/test_mount type tmpfs (rw,nosuid,nodev,relatime), private
    Seen in:  mnt:[…], … mounts"
  `);
  expect(
    await failureOf(() => expect('/mnt/test_mount').not.toBeMountPoint({ type: 'tmpfs' })),
  ).toMatchInlineSnapshot(`
    "expect(path).not.toBeMountPoint(expected)

    Expected /mnt/test_mount not to be a mount point with type tmpfs
    Mount:    tmpfs on /mnt/test_mount type tmpfs (rw,nosuid,nodev,relatime), private
    Seen in:  mnt:[…], … mounts"
  `);
});

test('stands for a value', ({ ns }) => {
  ns.tmpfs('/mnt/test_mount');
  expect(['/mnt/test_mount', '/mnt']).toEqual([
    expect.toBeMountPoint({ type: 'tmpfs' }),
    expect.not.toBeMountPoint({ type: 'tmpfs' }),
  ]);
});

test('waits for a promise', async ({ ns }) => {
  ns.tmpfs('/mnt/test_mount');
  await expect(Promise.resolve('/mnt/test_mount')).resolves.toBeMountPoint();
  await expect(Promise.reject('/mnt/test_mount')).rejects.toBeMountPoint();
});

test('refuses what is no absolute path, in both directions', () => {
  for (const path of ['mnt', '', 42, undefined, null, ['/mnt']]) {
    expect(() => expect(path).toBeMountPoint()).toThrow(TypeError);
    expect(() => expect(path).not.toBeMountPoint()).toThrow(TypeError);
  }
  expect(() => expect(['/mnt']).toBeMountPoint()).toThrowErrorMatchingInlineSnapshot(
    `[TypeError: toBeMountPoint: the path must be an absolute path, received [ '/mnt' ]]`,
  );
  for (const expectation of [expect('/mnt\0'), expect('/mnt\0').not]) {
    expect(() => expectation.toBeMountPoint()).toThrow(
      new TypeError("toBeMountPoint: the path must not contain a NUL byte, received '/mnt\\x00'"),
    );
  }
});
