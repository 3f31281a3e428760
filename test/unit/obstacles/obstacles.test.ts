import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { describe, expect, test } from 'vitest';

import type { Obstacle } from '../../../src/obstacles/obstacles.cjs';

const MODULE = path.resolve('dist/src/obstacles/obstacles.cjs');
const FULL = 'CapEff:\t000001ffffffffff\n';
const NONE = 'CapEff:\t0000000000000000\n';
const SYSCTL = '/proc/sys/user/max_mnt_namespaces';
const RESTRICTED = { '/proc/sys/kernel/apparmor_restrict_unprivileged_userns': '1\n' };
const CONFINED = { '/proc/self/attr/apparmor/current': 'docker-default (enforce)\n' };
const NAMESPACES = { '/proc/self/ns/user': '', '/proc/self/ns/mnt': '' };
const FILTERED = 'Seccomp:\t2\n';

/** What a call finds where /proc has these files and no others. */
function find(call: string, files: Record<string, string>, uid = 0): Obstacle | null {
  const script = `
    const fs = require('node:fs');
    const [, module, call, text, uid] = process.argv;
    const files = JSON.parse(text);
    const { existsSync, readFileSync } = fs;
    fs.existsSync = (file) => (/^.proc/.test(file) ? file in files : existsSync(file));
    fs.readFileSync = (file, ...options) => {
      if (!/^.proc/.test(file)) return readFileSync(file, ...options);
      if (file in files) return files[file];
      throw new Error(file);
    };
    process.geteuid = () => Number(uid);
    const { findMountNamespaceObstacle, findUserNamespaceObstacle } = require(module);
    console.log(JSON.stringify(eval(call) ?? null));`;
  const status = { '/proc/self/mountinfo': '1 0 0:1 / / rw - tmpfs tmpfs rw\n', ...files };
  const args = ['-e', script, MODULE, call, JSON.stringify(status), String(uid)];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }));
}

function expectWhy(found: Obstacle | null, why: string | undefined): void {
  expect(found?.why.split(':', 1)[0]).toBe(why);
}

describe('a mount namespace', () => {
  const fails = (code: string, syscall: string, files: Record<string, string>) =>
    find(`findMountNamespaceObstacle('${code}', '${syscall}')`, files);

  test.each([
    ['EMFILE', 'open_tree', { '/proc/self/status': FULL + FILTERED }, undefined],
    ['EPERM', 'mount', { '/proc/self/status': FULL }, undefined],
    [
      'EPERM',
      'mount',
      { '/proc/self/status': NONE },
      'this process lacks CAP_SYS_ADMIN (CapEff 0000000000000000)',
    ],
    [
      'EPERM',
      'chroot',
      { '/proc/self/status': NONE },
      'this process lacks CAP_SYS_CHROOT (CapEff 0000000000000000)',
    ],
    [
      'EACCES',
      'mount',
      { '/proc/self/status': FULL + FILTERED, ...CONFINED },
      'AppArmor confines this process',
    ],
    ['ENOSPC', 'open_tree', { '/proc/self/status': FULL, [SYSCTL]: '0\n' }, 'user.max_mnt_namespaces is 0'],
    [
      'ENOSPC',
      'open_tree',
      { '/proc/self/status': FULL, [SYSCTL]: '3\n' },
      'user.max_mnt_namespaces is 3, and all are taken',
    ],
    ['ENOSPC', 'move_mount', { '/proc/self/status': FULL, [SYSCTL]: '3\n' }, undefined],
  ])('%s of %s, with %j: %s', (code, syscall, files, why) => {
    expectWhy(fails(code, syscall, files as Record<string, string>), why);
  });
});

describe('a user namespace', () => {
  const UNCAPABLE =
    'this process is uid 0 without CAP_SETFCAP (CapEff 0000000000000000), and such a one may not map uid 0 (user_namespaces(7))';
  const SYSCTL_SET = 'kernel.apparmor_restrict_unprivileged_userns is 1';

  test.each([
    ['make a user namespace', 0, NAMESPACES, undefined],
    [
      'make a user namespace',
      0,
      { '/proc/self/ns/mnt': '' },
      'this kernel was built without user namespaces (CONFIG_USER_NS)',
    ],
    ['make a user namespace', 0, {}, undefined],
    ['make a user namespace', 0, { ...NAMESPACES, ...RESTRICTED }, SYSCTL_SET],
    ['be root in it', 0, {}, UNCAPABLE],
    ['be root in it', 1000, {}, undefined],
    ['be root in it', 1000, RESTRICTED, SYSCTL_SET],
    ['mount in it', 1000, RESTRICTED, SYSCTL_SET],
    ['mount in it', 1000, CONFINED, 'AppArmor confines this process'],
    // A profile may allow what is restricted for all others.
    ['mount in it', 1000, { ...RESTRICTED, ...CONFINED }, 'AppArmor confines this process'],
    ['mount in it', 1000, { '/proc/self/attr/apparmor/current': 'unconfined\n' }, undefined],
    ['mount in it', 1000, { '/proc/self/attr/apparmor/current': 'kernel\n' }, undefined],
  ])('to %s as uid %i, with %j: %s', (step, uid, files, why) => {
    const found = find(`findUserNamespaceObstacle('${step}')`, { '/proc/self/status': NONE, ...files }, uid);
    expectWhy(found, why);
  });
});
