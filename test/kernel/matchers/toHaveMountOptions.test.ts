import fs from 'node:fs';
import { expect, test } from 'mountns/vitest';
import { failureOf } from '../../failure-of.js';

test('passes when all of the options are there, among others', ({ ns }) => {
  ns.tmpfs('/mnt/test_mount', { size: '1m' });
  expect('/mnt/test_mount').toHaveMountOptions(['nodev', 'rw', 'size=1024k']);
  expect('/mnt/test_mount').toHaveMountOptions([expect.stringMatching(/^size=/), 'nosuid']);
  expect('/mnt/test_mount').toHaveMountOptions(expect.arrayContaining(['nosuid', 'nodev']));
  expect('/mnt/test_mount').toHaveMountOptions(expect.not.arrayContaining(['ro']));
});

test('passes with .not only when none of them is there', async ({ ns }) => {
  ns.tmpfs('/mnt/test_mount');
  expect('/mnt/test_mount').not.toHaveMountOptions(['ro', 'noexec', expect.stringMatching(/^size=/)]);
  await failureOf(() => expect('/mnt/test_mount').toHaveMountOptions(['nodev', 'noexec']));
  await failureOf(() => expect('/mnt/test_mount').not.toHaveMountOptions(['nodev', 'noexec']));
});

test('compares numbers by their value', async ({ ns }) => {
  ns.mount({ target: '/mnt/test_mount', type: 'tmpfs', data: 'size=1m,nr_inodes=2k,mode=0700' });
  const options = ['size=1m', 'size=1024k', 'size=1048576', 'nr_inodes=2k', 'nr_inodes=2048', 'mode=0700'];
  expect('/mnt/test_mount').toHaveMountOptions(options);
  expect('/mnt/test_mount').toBeMountPoint({ options });
  expect('/mnt/test_mount').not.toHaveMountOptions(['size=1', 'size=2m', 'size=1g', 'mode=070']);
  for (const option of options) {
    await failureOf(() => expect('/mnt/test_mount').not.toHaveMountOptions([option]));
    await failureOf(() => expect('/mnt/test_mount').not.toBeMountPoint({ options: [option] }));
  }
});

test('refuses what no kernel prints, in both directions', ({ ns }) => {
  ns.tmpfs('/mnt/test_mount');
  for (const option of [
    'exec',
    'suid',
    'dev',
    'atime',
    'diratime',
    'symfollow',
    'async',
    'norelatime',
    'strictatime',
    'readonly',
    'defaults',
    'size=50%',
  ]) {
    const message = `each option must be as the kernel prints it (noexec, ro, size=64k), received '${option}'`;
    for (const expectation of [expect('/mnt/test_mount'), expect('/mnt/test_mount').not]) {
      expect(() => expectation.toHaveMountOptions(['ro', option])).toThrow(
        new TypeError(`toHaveMountOptions: ${message}`),
      );
      expect(() => expectation.toBeMountPoint({ options: [option] })).toThrow(
        new TypeError(`toBeMountPoint: ${message}`),
      );
    }
  }
});

test('follows symbolic links', ({ ns }) => {
  ns.tmpfs('/mnt/test_mount');
  ns.tmpfs('/mnt/test_mount/real', { flags: ['noexec'] });
  fs.symlinkSync('real', '/mnt/test_mount/link');
  expect('/mnt/test_mount/link').toHaveMountOptions(['noexec']);
});

test('says what is missing', async ({ ns }) => {
  ns.tmpfs('/mnt/test_mount');
  expect(
    await failureOf(() => expect('/mnt/test_mount').toHaveMountOptions(['ro', 'nodev', expect.any(Number)])),
  ).toMatchInlineSnapshot(`
    "expect(path).toHaveMountOptions(options)

    Expected /mnt/test_mount to have the mount options ro,nodev,Any<Number>
    Missing:  ro,Any<Number>
    Mount:    tmpfs on /mnt/test_mount type tmpfs (rw,nosuid,nodev,relatime), private
    Seen in:  mnt:[…], … mounts"
  `);
  expect(
    await failureOf(() => expect('/mnt/test_mount').toHaveMountOptions(expect.arrayContaining(['ro']))),
  ).toMatchInlineSnapshot(`
    "expect(path).toHaveMountOptions(options)

    Expected /mnt/test_mount to have mount options that match ArrayContaining [ 'ro' ]
    Mount:    tmpfs on /mnt/test_mount type tmpfs (rw,nosuid,nodev,relatime), private
    Seen in:  mnt:[…], … mounts"
  `);
});

test('says what is there and should not be', async ({ ns }) => {
  ns.tmpfs('/mnt/test_mount');
  expect(
    await failureOf(() => expect('/mnt/test_mount').not.toHaveMountOptions(['ro', 'nodev', 'nosuid'])),
  ).toMatchInlineSnapshot(`
    "expect(path).not.toHaveMountOptions(options)

    Expected /mnt/test_mount not to have the mount options ro,nodev,nosuid
    Present:  nodev,nosuid
    Mount:    tmpfs on /mnt/test_mount type tmpfs (rw,nosuid,nodev,relatime), private
    Seen in:  mnt:[…], … mounts"
  `);
  expect(
    await failureOf(() => expect('/mnt/test_mount').not.toHaveMountOptions(expect.arrayContaining(['rw']))),
  ).toMatchInlineSnapshot(`
    "expect(path).not.toHaveMountOptions(options)

    Expected /mnt/test_mount not to have mount options that match ArrayContaining [ 'rw' ]
    Mount:    tmpfs on /mnt/test_mount type tmpfs (rw,nosuid,nodev,relatime), private
    Seen in:  mnt:[…], … mounts"
  `);
});

test('fails where nothing is mounted, in both directions', async ({ ns }) => {
  ns.tmpfs('/mnt/test_mount');
  fs.mkdirSync('/mnt/test_mount/sub');
  expect(
    await failureOf(() => expect('/mnt/test_mount/sub').toHaveMountOptions(['nodev'])),
  ).toMatchInlineSnapshot(`
    "expect(path).toHaveMountOptions(options)

    Expected /mnt/test_mount/sub to have the mount options nodev
    Broken:   it is no mount point
    Lies on:  tmpfs on /mnt/test_mount type tmpfs (rw,nosuid,nodev,relatime), private
    Seen in:  mnt:[…], … mounts"
  `);
  expect(
    await failureOf(() => expect('/mnt/test_mount/sub').not.toHaveMountOptions(['ro'])),
  ).toMatchInlineSnapshot(`
    "expect(path).not.toHaveMountOptions(options)

    Expected /mnt/test_mount/sub not to have the mount options ro
    Broken:   it is no mount point
    Lies on:  tmpfs on /mnt/test_mount type tmpfs (rw,nosuid,nodev,relatime), private
    Seen in:  mnt:[…], … mounts"
  `);
});

test('stands for a value', ({ ns }) => {
  ns.tmpfs('/mnt/test_mount');
  expect(['/mnt/test_mount', '/mnt/test_mount']).toEqual([
    expect.toHaveMountOptions(['nodev']),
    expect.not.toHaveMountOptions(['ro']),
  ]);
  expect(['/mnt/test_mount']).not.toEqual([expect.not.toHaveMountOptions(['nodev', 'ro'])]);
});

test('refuses what are no options, in both directions', () => {
  for (const options of [undefined, null, 'nodev', [], [42], { nodev: true }, /nodev/]) {
    expect(() => expect('/').toHaveMountOptions(options as never)).toThrow(TypeError);
    expect(() => expect('/').not.toHaveMountOptions(options as never)).toThrow(TypeError);
  }
  expect(() => expect('/').toHaveMountOptions([])).toThrowErrorMatchingInlineSnapshot(
    `[TypeError: toHaveMountOptions: the options must be a list of strings or asymmetric matchers, not empty, received []]`,
  );
  for (const option of ['', 'nosuid,nodev', ',ro']) {
    const message = `toHaveMountOptions: each option must be one by itself, received '${option}'`;
    expect(() => expect('/').toHaveMountOptions(['rw', option])).toThrow(message);
    expect(() => expect('/').not.toHaveMountOptions(['noexec', option])).toThrow(message);
  }
  expect(() => expect('/').not.toHaveMountOptions(['lowerdir=/a,b'])).not.toThrow();
  expect(() => expect('mnt').not.toHaveMountOptions(['ro'])).toThrowErrorMatchingInlineSnapshot(
    `[TypeError: toHaveMountOptions: the path must be an absolute path, received 'mnt']`,
  );
});

test('refuses a path where nothing is, in both directions', () => {
  expect(() => expect('/mnt/nothing_here').toHaveMountOptions(['ro'])).toThrow('ENOENT');
  expect(() => expect('/mnt/nothing_here').not.toHaveMountOptions(['ro'])).toThrow('ENOENT');
});
