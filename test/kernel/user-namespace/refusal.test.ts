import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { describe, expect, test } from 'mountns/vitest';
import { UNPRIVILEGED } from '../../unprivileged.js';
import {
  filtered,
  limited,
  prepareHost,
  prepareRoot,
  pretendSysctl,
  runAsUser,
  type UserHost,
} from './user-host.js';

const node = process.execPath;

/** What the preload says when it can't enter a namespace: `why` and `fix` of its NamespaceError. */
function refusal(host: UserHost, prefix: readonly string[] = UNPRIVILEGED): Record<string, string> {
  const script = `
    try {
      require(${JSON.stringify(host.preload)});
    } catch ({ name, code, message, why, fix }) {
      console.log(JSON.stringify({ name, code, summary: message.split('\\n', 1)[0], why, fix }));
    }`;
  const { stdout, stderr, status } = runAsUser(host, [node, '-e', script], { prefix });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return JSON.parse(stdout) as Record<string, string>;
}

const summary = (what: string) =>
  `cannot enter a mount namespace: this process lacks CAP_SYS_ADMIN, and ${what}`;

describe('the preload without CAP_SYS_ADMIN says what is in the way', () => {
  test('no unshare(1)', ({ ns }) => {
    const host = prepareHost(ns);
    for (const file of ['/usr/bin/unshare', '/usr/bin/busybox'].filter((path) => fs.existsSync(path))) {
      execFileSync('mount', ['--bind', '/dev/null', file]);
    }
    expect(refusal(host)).toEqual({
      name: 'NamespaceError',
      code: 'ERR_MOUNTNS_NAMESPACE',
      summary: summary('there is no unshare(1)'),
      why: 'there is no unshare(1) in PATH or the usual directories, and no BusyBox',
      fix: expect.stringContaining('apt-get install util-linux'),
    });
  });

  test('an unshare(1) that can’t be started', ({ ns }) => {
    const host = prepareHost(ns);
    fs.writeFileSync(`${host.home}/broken`, '#!/no/such/interpreter\n', { mode: 0o755 });
    for (const file of ['/usr/bin/unshare', '/usr/bin/busybox'].filter((path) => fs.existsSync(path))) {
      execFileSync('mount', ['--bind', `${host.home}/broken`, file]);
    }
    expect(refusal(host)).toMatchObject({
      summary: summary('unshare(1) could not be started'),
      why: 'spawnSync /usr/bin/unshare ENOENT',
    });
  });

  test('user.max_user_namespaces', ({ ns }) => {
    expect(refusal(prepareHost(ns), limited('max_user_namespaces'))).toMatchObject({
      summary: summary("unshare(1) can't make a user namespace"),
      why: 'user.max_user_namespaces is 0\nunshare: unshare failed: No space left on device',
      fix: expect.stringContaining('sudo sysctl -w user.max_user_namespaces=15000'),
    });
  });

  test('user.max_mnt_namespaces', ({ ns }) => {
    expect(refusal(prepareHost(ns), limited('max_mnt_namespaces'))).toMatchObject({
      summary: summary("unshare(1) can't mount in it"),
      why: 'user.max_mnt_namespaces is 0\nunshare: unshare failed: No space left on device',
      fix: expect.stringContaining('sudo sysctl -w user.max_mnt_namespaces=15000'),
    });
  });

  test('a seccomp filter against unshare(2)', ({ ns }) => {
    const host = prepareHost(ns);
    expect(refusal(host, filtered(host, 'unshare'))).toMatchObject({
      summary: summary("unshare(1) can't make a user namespace"),
      why: 'a seccomp filter is active in this process (Seccomp 2 in /proc/self/status)\nunshare: unshare failed: Operation not permitted',
    });
  });

  test('a seccomp filter against mount(2)', ({ ns }) => {
    const host = prepareHost(ns);
    expect(refusal(host, filtered(host, 'mount'))).toMatchObject({
      summary: summary("unshare(1) can't mount in it"),
      why: expect.stringMatching(/^a seccomp filter is active .*\nunshare: .*: Operation not permitted$/),
    });
  });

  test('AppArmor that restricts user namespaces', ({ ns }) => {
    const host = prepareHost(ns);
    pretendSysctl(ns, 'apparmor_restrict_unprivileged_userns', '1');
    expect(refusal(host, filtered(host, 'mount'))).toMatchObject({
      why: expect.stringMatching(/^kernel.apparmor_restrict_unprivileged_userns is 1\nunshare: /),
      fix: expect.stringContaining('sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0'),
    });
  });

  test('an AppArmor profile', ({ ns }) => {
    const host = prepareHost(ns);
    fs.mkdirSync(`${host.home}/attr/apparmor`, { recursive: true });
    fs.writeFileSync(`${host.home}/attr/apparmor/current`, 'docker-default (enforce)\n');
    const cover = `mount --bind ${host.home}/attr /proc/$$/attr && exec "$@"`;
    const prefix = ['sh', '-c', cover, 'sh', ...filtered(host, 'mount')];
    expect(refusal(host, prefix).why).toMatch(
      /^AppArmor confines this process: profile docker-default \(enforce\)\n/,
    );
  });

  test('Debian’s switch', ({ ns }) => {
    const host = prepareHost(ns);
    pretendSysctl(ns, 'unprivileged_userns_clone', '0');
    expect(refusal(host, filtered(host, 'unshare')).why).toMatch(/^kernel.unprivileged_userns_clone is 0\n/);
  });

  test('a chroot', ({ ns }) => {
    const host = prepareHost(ns);
    const root = prepareRoot(host);
    const prefix = ['chroot', root, ...UNPRIVILEGED, 'env', `--chdir=${host.home}`];
    expect(refusal(host, prefix)).toMatchObject({
      summary: summary("unshare(1) can't make a user namespace"),
      why: expect.stringMatching(
        /^this process is in a chroot\(2\), .*\nunshare: .*Operation not permitted$/,
      ),
    });
  });

  test('uid 0 without CAP_SETFCAP', ({ ns }) => {
    const prefix = ['setpriv', '--bounding-set=-all', '--inh-caps=-all', '--'];
    expect(refusal(prepareHost(ns), prefix)).toMatchObject({
      summary: summary("unshare(1) can't be root in it"),
      why: expect.stringMatching(
        /^this process is uid 0 without CAP_SETFCAP \(CapEff 0{16}\), .*\nunshare: write failed .*uid_map/,
      ),
    });
  });
});

test('the preload as root says that the kernel is too old, where a seccomp filter is active too', ({
  ns,
}) => {
  const host = prepareHost(ns);
  expect(refusal(host, ['setarch', '--uname-2.6', ...filtered(host, 'mount_setattr=38', [])])).toMatchObject({
    summary: 'cannot enter a mount namespace: mount_setattr(2) ENOSYS',
    why: 'mount_setattr(2) came with Linux 5.12',
    fix: 'run the tests on a newer kernel; a container has the kernel of its machine',
  });
});

test('descriptors of the host that are none are refused', ({ ns }) => {
  const host = prepareHost(ns);
  expect(refusal(host, [...UNPRIVILEGED, 'env', 'MOUNTNS_HOST_FDS=1:7'])).toMatchObject({
    summary: 'cannot tell which mount namespace is the host: its descriptors were not handed over',
    why: expect.stringMatching(/^MOUNTNS_HOST_FDS is 1:7: descriptor 1 is \w+:\[\d+\], 7 is /),
  });
});

test('a descriptor of the host that is no mount namespace is refused beside a good one', ({ ns }) => {
  const host = prepareHost(ns);
  const script = 'exec 8</proc/self/mountinfo 9</dev/null && MOUNTNS_HOST_FDS=9:8 exec "$@"';
  expect(refusal(host, ['unshare', '--mount', 'sh', '-c', script, 'sh'])).toMatchObject({
    summary: 'cannot tell which mount namespace is the host: its descriptors were not handed over',
    why: expect.stringMatching(
      /^MOUNTNS_HOST_FDS is 9:8: descriptor 9 is \/dev\/null, 8 is \/proc\/\d+\/mountinfo$/,
    ),
  });
});
