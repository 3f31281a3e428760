import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import type { MountNamespace } from 'mountns';
import { beforeEach, describe, expect, test } from 'mountns/vitest';
import { onTestFinished } from 'vitest';

import { mountCommand } from '../../../src/cli/mount.js';
import { prepareHost, prepareRoot, runAsUser } from '../user-namespace/user-host.js';

const TOOL = path.resolve('dist/src/cli/ns-tool.cjs');
const MOUNT_POINT = '/mnt/test_mount';
const env = { ...process.env, MOUNTNS_NAMESPACE: '', MOUNTNS_HOST: '', NODE_OPTIONS: '' };

const run = (...args: string[]) => spawnSync(process.execPath, [TOOL, ...args], { encoding: 'utf8', env });
const table = () => fs.readFileSync('/proc/self/mounts');

describe.each(['mount', '--mount'])('ns-tool %s', (command) => {
  beforeEach(() => expect(fs.existsSync(MOUNT_POINT)).toBe(false));

  test('leaves the parent’s /proc/self/mounts byte for byte as it was', () => {
    const before = table();
    expect(run(command).status).toBe(0);
    expect(table().equals(before)).toBe(true);
    expect(fs.existsSync(MOUNT_POINT)).toBe(false);
  });

  test('prints the mount', () => {
    const { stdout, stderr } = run(command);
    expect(stderr).toBe('');
    const lines = stdout.split('\n');
    expect(lines.slice(0, 7)).toEqual([
      'Mount namespace created successfully!',
      'Root mount made private (MS_PRIVATE | MS_REC)',
      'tmpfs mounted at: /mnt/test_mount',
      '',
      'Mount table inside namespace (/proc/self/mounts):',
      '-'.repeat(54),
      expect.stringMatching(/^tmpfs \/mnt\/test_mount tmpfs rw,nosuid,nodev,relatime[\w,=]* 0 0$/),
    ]);
    expect(lines.slice(-5)).toEqual([
      '-'.repeat(54),
      expect.stringMatching(/^tmpfs on \/mnt\/test_mount type tmpfs \(rw,nosuid,nodev,relatime[\w,=]*\)$/),
      'Note: This mount is NOT visible in the parent namespace!',
      'Cleanup: unmounted and removed /mnt/test_mount',
      '',
    ]);
  });
});

test('works without root, where the directory may not be made', ({ ns }) => {
  const host = prepareHost(ns);
  const { stdout, stderr, status } = runAsUser(host, [
    process.execPath,
    host.file('dist/src/cli/ns-tool.cjs'),
    'mount',
  ]);
  expect(stderr).toBe('');
  expect(stdout).toContain(`tmpfs mounted at: ${MOUNT_POINT}\n`);
  expect(stdout).toContain('Note: This mount is NOT visible in the parent namespace!\n');
  expect(status).toBe(0);
  expect(fs.existsSync(MOUNT_POINT)).toBe(false);
});

test('takes over the directory that a killed run has left', () => {
  fs.mkdirSync(MOUNT_POINT);
  expect(run('mount').status).toBe(0);
  expect(fs.existsSync(MOUNT_POINT)).toBe(false);
});

test.each([
  ['', ''],
  [', and a third one makes it anew', ` && mkdir ${MOUNT_POINT}`],
])('ends well when another run removes the directory of both%s', (_, more) => {
  const script = `umount ${MOUNT_POINT} && rmdir ${MOUNT_POINT}${more}`;
  const status = mountCommand([], (text) => {
    if (text.startsWith('Note:'))
      execFileSync('unshare', ['--mount', '--propagation', 'private', 'sh', '-c', script]);
  });
  expect(status).toBe(0);
  expect(fs.existsSync(MOUNT_POINT)).toBe(false);
});

test('refuses a directory that is not its own', () => {
  fs.mkdirSync(MOUNT_POINT);
  onTestFinished(() => fs.rmSync(MOUNT_POINT, { recursive: true }));
  fs.writeFileSync(`${MOUNT_POINT}/precious`, '');
  const { status, stderr } = run('mount');
  expect(status).toBe(1);
  expect(stderr).toBe(
    'ns-tool: cannot use /mnt/test_mount: it is no leftover of this command\n' +
      '  why:  it holds 1 entries\n' +
      '  fix:  look at what it is, and move it away\n',
  );
  expect(fs.existsSync(`${MOUNT_POINT}/precious`)).toBe(true);
});

test('refuses a directory on which something is mounted', ({ ns }) => {
  ns.tmpfs(MOUNT_POINT);
  const { status, stderr } = run('mount');
  expect(status).toBe(1);
  expect(stderr).toContain('it is no leftover of this command\n  why:  something is mounted there\n');
});

test('says what has changed in the mount table of the parent', () => {
  const script = `
    import(${JSON.stringify(path.resolve('dist/src/cli/commands.js'))}).then(({ mountCommand }) => {
      const mount = [\`--target=\${process.ppid}\`, '--mount', 'mount', '-t', 'tmpfs', 'mine', '/mnt'];
      process.exitCode = mountCommand([], (text) => {
        if (text.startsWith('tmpfs mounted')) require('node:child_process').execFileSync('nsenter', mount);
        process.stdout.write(text);
      });
    });`;
  const command = [process.execPath, '--require', path.resolve('dist/src/register.cjs'), '-e', script];
  const { status, stdout, stderr } = spawnSync(
    'unshare',
    ['--mount', '--propagation', 'private', 'sh', '-c', '"$@"; exit $?', 'sh', ...command],
    { encoding: 'utf8', env },
  );
  expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
  expect(stdout).toMatch(
    /\nThe parent's mount table has changed:\n\+ .* \/mnt rw,relatime - tmpfs mine rw.*\n$/,
  );
  expect(stdout).not.toContain('NOT visible');
  expect(fs.existsSync(MOUNT_POINT)).toBe(false);
});

test('works where the root is read-only, and leaves nothing there', ({ ns }) => {
  ns.readonly('/');
  expect(run('mount')).toMatchObject({ status: 0, stderr: '' });
  expect(fs.existsSync(MOUNT_POINT)).toBe(false);
});

describe('in a root directory of its own', () => {
  /** Runs it there, after `prepare` has done something to the root directory. */
  const runIn = (ns: MountNamespace, prepare: (root: string) => void) => {
    const host = prepareHost(ns);
    const root = prepareRoot(host);
    prepare(root);
    const before = fs.readdirSync(root);
    const command = [process.execPath, host.file('dist/src/cli/ns-tool.cjs'), 'mount'];
    const result = runAsUser(host, command, { prefix: ['chroot', root] });
    expect(fs.readdirSync(root)).toEqual(before);
    return { ...result, root };
  };

  test('removes /mnt where it had to be made', ({ ns }) => {
    expect(runIn(ns, () => {})).toMatchObject({ status: 0, stderr: '' });
  });

  test('shows the mount where /mnt is a symbolic link', ({ ns }) => {
    const { status, stdout, root } = runIn(ns, (directory) => {
      fs.mkdirSync(`${directory}/elsewhere`);
      fs.symlinkSync('elsewhere', `${directory}/mnt`);
    });
    expect(stdout).toMatch(/^tmpfs on \/elsewhere\/test_mount type tmpfs \(rw,/m);
    expect(status).toBe(0);
    expect(fs.readdirSync(`${root}/elsewhere`)).toEqual([]);
  });

  test('refuses a mount point that is a symbolic link', ({ ns }) => {
    const { status, stderr, root } = runIn(ns, (directory) => {
      for (const name of ['elsewhere', 'mnt']) fs.mkdirSync(`${directory}/${name}`);
      fs.symlinkSync('../elsewhere', `${directory}${MOUNT_POINT}`);
    });
    expect(stderr).toContain(
      `cannot use ${MOUNT_POINT}: it is no leftover of this command\n  why:  it is a symbolic link\n`,
    );
    expect(status).toBe(1);
    expect(fs.readdirSync(`${root}/mnt`)).toEqual(['test_mount']);
  });
});
