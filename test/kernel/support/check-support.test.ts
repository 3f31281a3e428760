import fs from 'node:fs';
import { checkSupport, type Support } from 'mountns';
import { expect, test } from 'mountns/vitest';
import { UNPRIVILEGED } from '../../unprivileged.js';
import {
  env,
  filtered,
  limited,
  prepareHost,
  runAsUser,
  SYS_ADMIN_ALONE,
  type UserHost,
} from '../user-namespace/user-host.js';

function check(host: UserHost, prefix: readonly string[], options: readonly string[] = []): Support {
  const script = `
    import { checkSupport } from ${JSON.stringify(host.file('dist/src/index.js'))};
    const support = checkSupport();
    if (checkSupport() !== support) throw new Error('it is tried twice');
    console.log(JSON.stringify(support));`;
  const command = [process.execPath, ...options, '--input-type=module', '-e', script];
  const { stdout, stderr } = runAsUser(host, command, { prefix });
  expect(stderr).toBe('');
  return JSON.parse(stdout) as Support;
}

test('a worker has what it needs, and tries nothing', () => {
  expect(checkSupport()).toMatchObject({ supported: true, checks: [] });
});

test('with root, without root, and with neither', ({ ns }) => {
  const host = prepareHost(ns);
  const asRoot = check(host, ['env']);
  expect(asRoot.supported).toBe(true);
  expect(asRoot.mode).toBe(checkSupport().mode);
  expect(asRoot.checks.map(({ name }) => name)).toContain('tmpfs');
  expect(check(host, UNPRIVILEGED)).toMatchObject({ supported: true, mode: 'user-namespace' });
  const support = check(host, limited('max_user_namespaces'));
  expect(support).toEqual({
    supported: false,
    checks: expect.any(Array),
    summary:
      "cannot enter a mount namespace: this process lacks CAP_SYS_ADMIN, and unshare(1) can't make a user namespace",
    why: expect.stringMatching(/^user.max_user_namespaces is 0\n/),
    fix: expect.stringContaining('sysctl -w user.max_user_namespaces=15000'),
  });
});

test('with what lets a process enter a namespace, but no copy of its tree', ({ ns }) => {
  const host = prepareHost(ns);
  expect(check(host, SYS_ADMIN_ALONE)).toMatchObject({
    supported: false,
    summary: 'cannot enter a mount namespace: chroot(2) EPERM',
    why: expect.stringMatching(/^this process lacks CAP_SYS_CHROOT/),
    fix: expect.stringContaining('SYS_CHROOT'),
  });
  expect(check(host, filtered(host, 'statx=38', []))).toMatchObject({ supported: false });
});

test('what the child of the check prints and makes is not seen', ({ ns }) => {
  const host = prepareHost(ns);
  const before = fs.readFileSync('/proc/self/mountinfo', 'utf8');
  const script = `
    const { checkSupport } = await import(${JSON.stringify(host.file('dist/src/index.js'))});
    checkSupport();
    console.log(Object.keys(process.env).filter((name) => name.startsWith('MOUNTNS')));`;
  const command = [process.execPath, '--input-type=module', '-e', script];
  const result = runAsUser(host, command, { prefix: ['env'] });
  expect(result).toMatchObject({ status: 0, stdout: '[]\n', stderr: '' });
  expect(fs.readFileSync('/proc/self/mountinfo', 'utf8')).toBe(before);
  expect(env).not.toHaveProperty('MOUNTNS_HOST');
});

test.for(['darwin', 'win32'])('on %s it says so, and tries nothing', (platform, { ns }) => {
  const host = prepareHost(ns);
  const fake = `${host.home}/platform.cjs`;
  fs.writeFileSync(
    fake,
    `Object.defineProperty(process, 'platform', { value: ${JSON.stringify(platform)} });`,
  );
  expect(check(host, ['env'], ['--require', fake])).toEqual({
    supported: false,
    checks: [expect.objectContaining({ name: 'platform', status: 'refused' })],
    summary: `mountns needs Linux, this is ${platform}`,
    why: 'mount namespaces are a feature of the Linux kernel',
    fix: expect.stringContaining("unsupported: 'skip'"),
  });
});
