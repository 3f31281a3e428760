import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import type { Support } from 'mountns';
import { describe, expect, test } from 'mountns/vitest';
import { UNPRIVILEGED, WITHOUT_SYS_ADMIN } from '../../unprivileged.js';
import {
  filtered,
  limited,
  prepareHost,
  pretendSysctl,
  runAsUser,
  SYS_ADMIN_ALONE,
  type UserHost,
} from '../user-namespace/user-host.js';

const node = process.execPath;
/** As the tests themselves, with all privileges that they have. */
const PRIVILEGED = ['env'];

interface Examination {
  host: UserHost;
  prefix?: readonly string[];
  options?: readonly string[];
  env?: NodeJS.ProcessEnv;
}

function examine({
  host,
  prefix = PRIVILEGED,
  options = [],
  env = {},
}: Examination): Support & { status: number } {
  const command = [node, ...options, host.file('dist/src/cli/ns-tool.cjs'), 'doctor', '--json'];
  const { stdout, stderr, status } = runAsUser(host, command, { prefix, env });
  expect(stderr.replace(/^.*Warning: .*\n(\(Use .*\n)?/gm, '')).toBe('');
  return { ...(JSON.parse(stdout) as Support), status: status as number };
}

function statusOf(support: Support): Record<string, string> {
  return Object.fromEntries(support.checks.map(({ name, status }) => [name, status]));
}

const LAYERS = {
  platform: 'ok',
  Node: 'ok',
  permissions: 'ok',
  kernel: 'ok',
  '/proc': 'ok',
  'native code': 'ok',
  'mount namespace': 'ok',
  'private root': 'ok',
  scope: 'ok',
  tmpfs: 'ok',
  overlay: 'ok',
  'pool worker': 'ok',
};

describe('ns-tool doctor', () => {
  test('finds nothing in the way of root', ({ ns }) => {
    const support = examine({ host: prepareHost(ns) });
    expect(support).toMatchObject({ supported: true, status: 0 });
    expect(statusOf(support)).toMatchObject(LAYERS);
    expect(support.summary).toBeUndefined();
  });

  test('finds nothing in the way of a user', ({ ns }) => {
    const support = examine({ host: prepareHost(ns), prefix: UNPRIVILEGED });
    expect(support).toMatchObject({ supported: true, mode: 'user-namespace', status: 0 });
    expect(statusOf(support)).toMatchObject({ ...LAYERS, privileges: 'limited', 'user namespace': 'ok' });
  });

  test('says of a user namespace that others have made only what it certainly lacks', ({ ns }) => {
    const prefix = ['unshare', '--user', '--map-root-user', '--mount', '--'];
    const support = examine({ host: prepareHost(ns), prefix });
    expect(support.checks.find(({ name }) => name === 'privileges')).toMatchObject({
      status: 'limited',
      detail: expect.stringContaining('CAP_SYS_ADMIN in a user namespace'),
      why: 'there: no block devices, no unmounting of what came from outside of it, no ids that it does not map',
    });
  });

  test.for(['/nonexistent', 'relative'])('does not depend on TMPDIR: %s', (TMPDIR, { ns }) => {
    const support = examine({ host: prepareHost(ns), env: { TMPDIR } });
    expect(support).toMatchObject({ supported: true, status: 0 });
    expect(statusOf(support)).toMatchObject(LAYERS);
  });

  test('prints a line for each check, and what to do in each place', ({ ns }) => {
    const host = prepareHost(ns);
    const doctor = [node, host.file('dist/src/cli/ns-tool.cjs'), 'doctor'];
    const good = runAsUser(host, doctor, { prefix: PRIVILEGED });
    expect(good.stdout).toMatch(
      /^✓ platform {8}Linux\n(?:[✓!] .*\n| {17}.*\n)+\nTests can run here, as root/,
    );
    const bad = runAsUser(host, doctor, { prefix: limited('max_user_namespaces') });
    expect(bad.status).toBe(1);
    expect(bad.stdout).toContain(
      [
        "✗ user namespace  unshare(1) can't make a user namespace",
        '                  user.max_user_namespaces is 0',
        '                  unshare: unshare failed: No space left on device',
        '',
        "Tests can't run here. The first layer that refuses: user namespace.",
        '',
        'What to do:',
        '  laptop:         sudo sysctl -w user.max_user_namespaces=15000 (lasts',
      ].join('\n'),
    );
    for (const place of ['GitHub Actions:', 'Docker:        ', 'Kubernetes:    ']) {
      expect(bad.stdout).toMatch(new RegExp(`^ {2}${place} .*sysctl -w user.max_user_namespaces=15000`, 'm'));
    }
  });
});

describe('ns-tool doctor names the first layer that refuses', () => {
  test('no capability and no unshare(1)', ({ ns }) => {
    const host = prepareHost(ns);
    // BusyBox has it too.
    for (const program of ['/usr/bin/unshare', '/usr/bin/busybox', '/bin/busybox'].filter(fs.existsSync)) {
      execFileSync('mount', ['--bind', '/dev/null', program]);
    }
    const support = examine({ host, prefix: UNPRIVILEGED });
    expect(support).toMatchObject({ supported: false, status: 1, summary: 'there is no unshare(1)' });
    expect(statusOf(support)).toMatchObject({ privileges: 'limited', 'user namespace': 'refused' });
    expect(support.checks.at(-1)?.fix).toContain('apt-get install util-linux');
  });

  test('a seccomp filter against unshare(2), with and without root', ({ ns }) => {
    const host = prepareHost(ns);
    const asUser = examine({ host, prefix: filtered(host, 'unshare') });
    expect(asUser).toMatchObject({ supported: false, status: 1 });
    expect(asUser.checks.at(-1)).toMatchObject({ name: 'user namespace', status: 'refused' });
    const asRoot = examine({ host, prefix: filtered(host, 'unshare', []) });
    expect(asRoot).toMatchObject({
      status: 1,
      summary: 'cannot enter a mount namespace: unshare(2) EPERM',
      why: 'a seccomp filter is active in this process (Seccomp 2 in /proc/self/status)',
    });
    expect(statusOf(asRoot)).toMatchObject({
      seccomp: 'limited',
      'user namespace': 'limited',
      'mount namespace': 'refused',
    });
    expect(asRoot.checks.at(-1)?.fix).toMatchObject({
      Docker: expect.stringContaining('--security-opt seccomp=unconfined'),
      Kubernetes: expect.stringContaining('seccompProfile'),
    });
  });

  test('a seccomp filter in a container that has no CAP_SYS_ADMIN', ({ ns }) => {
    const host = prepareHost(ns);
    const support = examine({ host, prefix: filtered(host, 'unshare', WITHOUT_SYS_ADMIN) });
    expect(support.checks.at(-1)).toMatchObject({
      name: 'user namespace',
      status: 'refused',
      fix: {
        Docker: 'docker run --cap-add SYS_ADMIN --security-opt apparmor=unconfined …',
        Kubernetes: expect.not.stringContaining('seccompProfile'),
      },
    });
  });

  test('a seccomp filter against mount(2)', ({ ns }) => {
    const host = prepareHost(ns);
    const support = examine({ host, prefix: filtered(host, 'mount', []) });
    expect(support.status).toBe(1);
    expect(statusOf(support)).toMatchObject({ 'mount namespace': 'ok', 'private root': 'refused' });
  });

  test.for([
    ['open_tree', ', and it refuses every open_tree(2)'],
    ['open_tree=38', ', and it refuses every open_tree(2)'],
    ['mount_setattr=38', ', and it refuses every mount_setattr(2)'],
    ['move_mount', ', and it refuses every move_mount(2)'],
    ['chroot', ', and it refuses every chroot(2)'],
    // libc answers in its place.
    ['statx=38', ''],
  ] as const)('a seccomp filter that does not let the tree be copied: %s', ([call, more], { ns }) => {
    const host = prepareHost(ns);
    const support = examine({ host, prefix: filtered(host, call, []) });
    const [name] = call.split('=');
    expect(support).toMatchObject({
      status: 1,
      summary: `cannot enter a mount namespace: ${name}(2) ${call.endsWith('38') ? 'ENOSYS' : 'EPERM'}`,
      why: `a seccomp filter is active in this process (Seccomp 2 in /proc/self/status)${more}`,
      fix: expect.any(String),
    });
    expect(statusOf(support)).toMatchObject({ 'private root': 'ok', scope: 'refused' });
  });

  test('a seccomp filter against what takes no privileges', ({ ns }) => {
    const host = prepareHost(ns);
    const support = examine({ host, prefix: filtered(host, 'prctl') });
    expect(support).toMatchObject({
      status: 1,
      summary: 'cannot enter a mount namespace: prctl(2) EPERM',
      why: 'a seccomp filter is active in this process (Seccomp 2 in /proc/self/status)',
    });
    expect(statusOf(support)).toMatchObject({ 'mount namespace': 'refused' });
  });

  test('CAP_SYS_ADMIN without CAP_SYS_CHROOT', ({ ns }) => {
    const support = examine({ host: prepareHost(ns), prefix: SYS_ADMIN_ALONE });
    expect(support).toMatchObject({
      status: 1,
      summary: 'cannot enter a mount namespace: chroot(2) EPERM',
      why: 'this process lacks CAP_SYS_CHROOT (CapEff 0000000000200000)',
    });
    expect(statusOf(support)).toMatchObject({ 'private root': 'ok', scope: 'refused' });
    expect(support.checks.at(-1)?.fix).toMatchObject({
      Docker: expect.stringMatching(
        /--cap-add SYS_CHROOT --cap-add DAC_OVERRIDE .* a user in Podman needs none/,
      ),
      Kubernetes: expect.stringContaining('[SYS_ADMIN, SYS_CHROOT, DAC_OVERRIDE]'),
    });
  });

  test('a limit of mount namespaces that is reached', ({ ns }) => {
    const asRoot = ['unshare', '--user', '--map-root-user', '--', 'sh', '-c'];
    const script = 'echo 1 > /proc/sys/user/max_mnt_namespaces && exec "$@"';
    const support = examine({ host: prepareHost(ns), prefix: [...asRoot, script, 'sh'] });
    expect(support).toMatchObject({
      status: 1,
      summary: 'cannot enter a mount namespace: open_tree(2) ENOSPC',
      why: 'user.max_mnt_namespaces is 1, and all are taken: a copy of a mount tree counts as one',
      fix: expect.stringContaining('sysctl -w user.max_mnt_namespaces=15000'),
    });
    expect(statusOf(support)).toMatchObject({ 'private root': 'ok', scope: 'refused' });
  });

  test('a working directory that is gone', ({ ns }) => {
    const host = prepareHost(ns);
    const prefix = ['sh', '-c', 'mkdir gone && cd gone && rmdir ../gone && exec "$@"', 'sh'];
    expect(examine({ host, prefix })).toMatchObject({
      status: 1,
      summary: `the working directory is ${host.home}/gone (deleted)`,
      why: expect.stringContaining('it was deleted'),
      fix: 'start in another directory: cd /',
    });
  });

  test('sysctls', ({ ns }) => {
    const host = prepareHost(ns);
    const mountLimit = examine({ host, prefix: limited('max_mnt_namespaces') });
    expect(mountLimit.checks.at(-1)).toMatchObject({ name: 'user namespace', status: 'refused' });
    expect(mountLimit.why).toMatch(/^user.max_mnt_namespaces is 0\n/);
    expect(statusOf(mountLimit)).toMatchObject({ sysctls: 'limited' });
    pretendSysctl(ns, 'apparmor_restrict_unprivileged_userns', '1');
    const restricted = examine({ host, prefix: filtered(host, 'mount') });
    expect(restricted.why).toMatch(/^kernel.apparmor_restrict_unprivileged_userns is 1\n/);
    expect(restricted.checks.at(-1)?.fix).toMatchObject({
      laptop: expect.stringContaining('sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0'),
      'GitHub Actions': expect.stringContaining('- run: sudo sysctl -w kernel.apparmor_restrict'),
    });
  });

  test('Node’s permission model', ({ ns }) => {
    const host = prepareHost(ns);
    const flag =
      Number.parseInt(process.versions.node, 10) < 24 ? '--experimental-permission' : '--permission';
    const options = [flag, '--allow-fs-read=*', '--allow-child-process'];
    for (const given of [{ options }, { env: { NODE_OPTIONS: options.join(' ') } }]) {
      const support = examine({ host, ...given });
      expect(support).toMatchObject({ supported: false, status: 1 });
      expect(support.checks.at(-1)).toMatchObject({ name: 'permissions', status: 'refused' });
    }
  });

  test('another platform', ({ ns }) => {
    const host = prepareHost(ns);
    fs.writeFileSync(
      `${host.home}/mac.cjs`,
      `Object.defineProperty(process, 'platform', { value: 'darwin' });`,
    );
    const support = examine({ host, options: ['--require', './mac.cjs'] });
    expect(support).toMatchObject({ status: 1, summary: 'mountns needs Linux, this is darwin' });
  });

  test('no /proc', ({ ns }) => {
    const host = prepareHost(ns);
    execFileSync('umount', ['--lazy', '/proc']);
    const command = [node, host.file('dist/src/cli/ns-tool.cjs'), 'doctor', '--json'];
    const { stdout, status } = runAsUser(host, command, { prefix: PRIVILEGED });
    expect(JSON.parse(stdout)).toMatchObject({ summary: 'there is no proc file system on /proc' });
    expect(status).toBe(1);
  });

  test('the /proc of another pid namespace', ({ ns }) => {
    const prefix = ['unshare', '--pid', '--fork', '--'];
    const support = examine({ host: prepareHost(ns), prefix });
    expect(support).toMatchObject({
      status: 1,
      summary: '/proc belongs to another pid namespace',
      why: expect.stringMatching(/^this is process 1, and \/proc\/self leads to \d+$/),
      fix: expect.stringContaining('--mount-proc'),
    });
  });

  test('a native module that does not load', ({ ns }) => {
    const host = prepareHost(ns);
    for (const flavour of ['linux', 'musl']) {
      const binary = `node_modules/@koromix/koffi-linux-${process.arch}/${flavour}_${process.arch}/koffi.node`;
      execFileSync('mount', ['--bind', '/dev/null', host.file(binary)]);
    }
    const support = examine({ host });
    expect(support.status).toBe(1);
    expect(support.checks.at(-1)).toEqual({
      name: 'native code',
      status: 'refused',
      detail: 'cannot load koffi, the native code of mountns',
      // The second in the words of musl.
      why: expect.stringMatching(/koffi\.node: (file too short|Exec format error)$/),
      fix: expect.stringContaining('npm install --include=optional'),
    });
    const preload = [node, '--require', host.preload, '--eval', ''];
    const { stderr } = runAsUser(host, preload, { prefix: PRIVILEGED });
    expect(stderr).toMatch(
      /^NamespaceError: cannot load koffi, the native code of mountns\n {2}why: {2}.*koffi\.node: (file too short|Exec format error)\n {2}fix: {2}npm install.*\n.*--no-addons\n$/,
    );
  });

  test('a pool worker that does not start', ({ ns }) => {
    const host = prepareHost(ns);
    const entry = host.file('node_modules/tinypool/dist/entry/process.js');
    execFileSync('mount', ['--bind', '/dev/null', entry]);
    const support = examine({ host });
    expect(support.status).toBe(1);
    expect(statusOf(support)).toEqual(expect.objectContaining({ ...LAYERS, 'pool worker': 'refused' }));
  });
});

describe('ns-tool doctor tells what is limited, and passes', () => {
  test('covered parts of /proc, as in a container', ({ ns }) => {
    const host = prepareHost(ns);
    execFileSync('mount', ['--bind', '/dev/null', '/proc/interrupts']);
    ns.tmpfs('/proc/sys/fs');
    const support = examine({ host });
    expect(support.status).toBe(0);
    expect(support.checks.find(({ name }) => name === 'masked /proc')).toMatchObject({
      status: 'limited',
      detail: 'covered: /proc/interrupts, /proc/sys/fs',
    });
  });

  test('but not what systemd mounts in /proc, where a user can mount one', ({ ns }) => {
    const host = prepareHost(ns);
    // systemd mounts an automatic one, which mounts the other.
    for (const _ of ['autofs', 'binfmt_misc']) ns.tmpfs('/proc/sys/fs/binfmt_misc');
    // Not every kernel can be a server of NFS.
    if (fs.existsSync('/proc/fs/nfsd')) ns.tmpfs('/proc/fs/nfsd');
    const support = examine({ host });
    expect(support.checks.find(({ name }) => name === 'masked /proc')).toMatchObject({ status: 'ok' });
    const mount = ['unshare', '--user', '--map-root-user', '--pid', '--fork', '--mount-proc', 'true'];
    expect(runAsUser(host, mount)).toMatchObject({ status: 0, stderr: '' });
  });

  test('no overlay without CAP_DAC_OVERRIDE, and what to do', ({ ns }) => {
    const host = prepareHost(ns);
    const few = '-all,+sys_admin,+sys_chroot';
    // A filter that is not in the way, as a container has one.
    const prefix = filtered(host, 'setns', ['setpriv', `--bounding-set=${few}`, `--inh-caps=${few}`, '--']);
    const support = examine({ host, prefix });
    expect(support.status).toBe(0);
    expect(support.checks.find(({ name }) => name === 'overlay')).toMatchObject({
      status: 'limited',
      why: expect.stringMatching(/^this process lacks CAP_DAC_OVERRIDE .*\nmount points that do not exist, /),
      fix: expect.stringMatching(/DAC_OVERRIDE|with that capability/),
    });
    const doctor = [node, host.file('dist/src/cli/ns-tool.cjs'), 'doctor'];
    const { fix } = support.checks.find(({ name }) => name === 'overlay') as { fix: string };
    expect(runAsUser(host, doctor, { prefix }).stdout).toContain(`need overlays\n${' '.repeat(18)}${fix}\n`);
  });

  test('a tmpfs on which overlay can keep no notes, as in a user namespace before Linux 6.6', ({ ns }) => {
    const host = prepareHost(ns);
    const support = examine({ host, prefix: filtered(host, 'fsetxattr=95') });
    expect(support.status).toBe(0);
    expect(support.checks.find(({ name }) => name === 'overlay')).toMatchObject({
      status: 'limited',
      why: 'a tmpfs takes neither trusted nor user extended attributes here',
      fix: 'run as root outside of a user namespace, or on Linux 6.6 or later',
    });
  });

  test('no /dev/null', ({ ns }) => {
    const host = prepareHost(ns);
    ns.tmpfs('/dev');
    const support = examine({ host, prefix: UNPRIVILEGED });
    expect(statusOf(support)).toMatchObject({ ...LAYERS, 'user namespace': 'ok' });
  });

  test('an overlay as root, as in a container', ({ ns }) => {
    const host = prepareHost(ns);
    ns.overlay('/');
    const support = examine({ host });
    expect(statusOf(support)).toMatchObject({ ...LAYERS, root: 'limited' });
  });
});
