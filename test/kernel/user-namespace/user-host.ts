import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { MountNamespace } from 'mountns';
import { onTestFinished } from 'vitest';
import { UID, UNPRIVILEGED, WITHOUT_SYS_ADMIN } from '../../unprivileged.js';

export const env: NodeJS.ProcessEnv = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LANG: 'C',
};

/** A host as that user finds it: `/` is shared, and this package and a directory of its own are in reach. */
export interface UserHost {
  /** Belongs to the user. */
  home: string;
  preload: string;
  /** Path of a file of this package. */
  file(name: string): string;
}

export function prepareHost(ns: MountNamespace): UserHost {
  const directory = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'mountns-user-'));
  onTestFinished(() => fs.rmdirSync(directory));
  fs.chmodSync(directory, 0o755);
  ns.tmpfs(directory, { mode: 0o755 });
  const home = path.join(directory, 'home');
  fs.mkdirSync(home);
  fs.chownSync(home, UID, UID);
  // The repository may lie where only root may look.
  const repository = path.join(directory, 'repository');
  fs.mkdirSync(repository);
  execFileSync('mount', ['--rbind', process.cwd(), repository]);
  execFileSync('mount', ['--make-rshared', '/']);
  const file = (name: string) => path.join(repository, name);
  return { home, file, preload: file('dist/src/register.cjs') };
}

/** A root directory for chroot(2), with what programs need. */
export function prepareRoot({ home }: UserHost): string {
  const root = `${home}/root`;
  for (const directory of ['usr', 'proc', 'dev', 'etc', 'tmp']) {
    fs.mkdirSync(`${root}/${directory}`, { recursive: true });
    execFileSync('mount', ['--rbind', `/${directory}`, `${root}/${directory}`]);
  }
  for (const link of ['bin', 'lib', 'lib64'].filter((name) => fs.existsSync(`/${name}`))) {
    fs.symlinkSync(`usr/${link}`, `${root}/${link}`);
  }
  return root;
}

export interface Result {
  status: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** Runs a command as that user, in its home. */
export function runAsUser(
  { home }: UserHost,
  command: readonly string[],
  options: { env?: NodeJS.ProcessEnv; input?: string; prefix?: readonly string[] } = {},
): Result {
  const [program, ...args] = [...(options.prefix ?? UNPRIVILEGED), ...command] as [string, ...string[]];
  const { status, signal, stdout, stderr, error } = spawnSync(program, args, {
    cwd: home,
    encoding: 'utf8',
    env: { ...env, HOME: home, ...options.env },
    input: options.input,
  });
  if (error !== undefined) throw error;
  return { status, signal, stdout, stderr };
}

/** With CAP_SYS_ADMIN and no other capability, as of a container that was given that one. */
export const SYS_ADMIN_ALONE: readonly string[] = [
  'setpriv',
  '--bounding-set=-all,+sys_admin',
  '--inh-caps=-all,+sys_admin',
  '--',
];

/** As root of a user namespace, where a limit of that one is set to 0, and without CAP_SYS_ADMIN. */
export function limited(limit: string): string[] {
  const script = `echo 0 > /proc/sys/user/${limit} && exec "$@"`;
  return ['unshare', '--user', '--map-root-user', '--', 'sh', '-c', script, 'sh', ...WITHOUT_SYS_ADMIN];
}

/** Under a seccomp filter that refuses these system calls. */
export function filtered(
  host: UserHost,
  systemCalls: string,
  prefix: readonly string[] = UNPRIVILEGED,
): string[] {
  const fixture = host.file('test/kernel/user-namespace/seccomp.cjs');
  return [...prefix, process.execPath, fixture, systemCalls, '/usr/bin/env', '--'];
}

/** Kernels that have no such sysctl get a file of that name. */
export function pretendSysctl(ns: MountNamespace, name: string, value: string): void {
  ns.tmpfs('/proc/sys/kernel');
  fs.writeFileSync(`/proc/sys/kernel/${name}`, `${value}\n`);
}
