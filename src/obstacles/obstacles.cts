import fs = require('node:fs');
import os = require('node:os');

import { CAP_DAC_OVERRIDE, CAP_SETFCAP, CAP_SYS_ADMIN, CAP_SYS_CHROOT } from '../../native/constants.cjs';
import { probeSystemCall } from '../../native/probe-system-call.cjs';
import { probe } from '../../native/unless.cjs';
import type { Fix } from './machine.cjs';
import { hasCapability, type ProcessStatus, readProcessStatus } from './process-status.cjs';
import { isAtLeast, KERNEL } from './version.cjs';

const { existsSync, readFileSync } = fs;

/** What stands in the way, found out from facts that were read, and what removes it. */
export interface Obstacle {
  why: string;
  fix: Fix;
}

/** The steps into a namespace without root, in order. */
export type UserNamespaceStep = 'make a user namespace' | 'be root in it' | 'mount in it';

/** What made `step` fail, or undefined when no fact that can be read explains it. */
export function findUserNamespaceObstacle(step: UserNamespaceStep): Obstacle | undefined {
  const status = readProcessStatus();
  const found =
    step === 'make a user namespace'
      ? (noUserNamespaces() ??
        sysctlObstacle(SYSCTLS.userNamespaces) ??
        sysctlObstacle(SYSCTLS.unprivileged) ??
        chrooted() ??
        restricted())
      : step === 'be root in it'
        ? (noSetfcap(status) ?? restricted())
        : (sysctlObstacle(SYSCTLS.mountNamespaces) ?? restricted() ?? confined());
  return found ?? filtered(status);
}

/** What made a system call fail with `code` that takes a process into a mount namespace or a copy of its tree. */
export function findMountNamespaceObstacle(code: string, syscall: string): Obstacle | undefined {
  if (syscall === 'chdir') return UNREACHABLE;
  const status = readProcessStatus();
  const refuses = () => refusesEvery(syscall, code, status) ?? filtered(status);
  if (code === 'ENOSPC') return noNamespacesLeft(syscall);
  if (code === 'ENOSYS') return isAtLeast(os.release(), KERNEL) ? refuses() : TOO_OLD;
  if (code !== 'EPERM' && code !== 'EACCES') return undefined;
  if (syscall === 'prctl') return refuses();
  const lacking = syscall === 'chroot' ? noSysChroot : noSysAdmin;
  return lacking(status) ?? confined() ?? refuses();
}

/**
 * A seccomp filter. It looks at the call alone, so it refuses one with impossible arguments too, to which the
 * kernel itself would say EINVAL.
 */
export function refusesEvery(
  syscall: string,
  code: string,
  status = readProcessStatus(),
): Obstacle | undefined {
  const obstacle = probeSystemCall(syscall) === code ? filtered(status) : undefined;
  return obstacle && { ...obstacle, why: `${obstacle.why}, and it refuses every ${syscall}(2)` };
}

/** Why there is no further mount namespace: a detached copy of a tree counts as one until it is in place. */
export function noNamespacesLeft(syscall: string): Obstacle | undefined {
  if (!['unshare', 'open_tree', 'fsmount'].includes(syscall)) return undefined;
  const max = readSysctl(SYSCTLS.mountNamespaces.name);
  if (max === undefined) return undefined;
  const obstacle = sysctlObstacle({ ...SYSCTLS.mountNamespaces, bad: max }) as Obstacle;
  if (max === '0') return obstacle;
  return { ...obstacle, why: `${obstacle.why}, and all are taken: a copy of a mount tree counts as one` };
}

export function noSysAdmin(status: ProcessStatus): Obstacle | undefined {
  if (hasCapability(CAP_SYS_ADMIN, status)) return undefined;
  return {
    why: `this process lacks CAP_SYS_ADMIN (CapEff ${status.capEff})`,
    fix: { ...ADD_SYS_ADMIN, laptop: 'sudo npx vitest run', 'GitHub Actions': 'run: sudo npx vitest run' },
  };
}

export function noDacOverride(status: ProcessStatus): Obstacle | undefined {
  if (hasCapability(CAP_DAC_OVERRIDE, status)) return undefined;
  return {
    why: `this process lacks CAP_DAC_OVERRIDE (CapEff ${status.capEff}), and overlay works in a directory of mode 0`,
    fix: {
      laptop: 'run the tests with that capability: root has it where nothing takes it away',
      Docker: 'docker run --cap-add DAC_OVERRIDE …',
      Kubernetes: 'securityContext: { capabilities: { add: [DAC_OVERRIDE] } }',
    },
  };
}

function noSysChroot(status: ProcessStatus): Obstacle | undefined {
  if (hasCapability(CAP_SYS_CHROOT, status)) return undefined;
  return {
    why: `this process lacks CAP_SYS_CHROOT (CapEff ${status.capEff})`,
    fix: {
      laptop: 'run the tests as a user without capabilities, or with CAP_SYS_CHROOT too (capabilities(7))',
      // What lacks it has dropped all, or Podman has given one to a user.
      Docker:
        'docker run --cap-add SYS_ADMIN --cap-add SYS_CHROOT --cap-add DAC_OVERRIDE …; a user in Podman needs none of them',
      Kubernetes: 'securityContext: { capabilities: { add: [SYS_ADMIN, SYS_CHROOT, DAC_OVERRIDE] } }',
    },
  };
}

export function noUnshare(): Obstacle {
  return {
    why: 'there is no unshare(1) in PATH or the usual directories, and no BusyBox',
    fix: 'install it: apt-get install util-linux, dnf install util-linux-core, apk add util-linux',
  };
}

function noUserNamespaces(): Obstacle | undefined {
  if (existsSync('/proc/self/ns/user') || !existsSync('/proc/self/ns/mnt')) return undefined;
  return {
    why: 'this kernel was built without user namespaces (CONFIG_USER_NS): there is no /proc/self/ns/user',
    fix: { ...ADD_SYS_ADMIN, laptop: 'sudo npx vitest run' },
  };
}

/** Ubuntu, from 23.10 on: such a namespace can be made, and everything in it is refused. */
function restricted(): Obstacle | undefined {
  if (isConfined()) return undefined;
  return sysctlObstacle(SYSCTLS.appArmor);
}

function sysctlObstacle({ name, bad, good }: Sysctl): Obstacle | undefined {
  if (readSysctl(name) !== bad) return undefined;
  const command = `sudo sysctl -w ${name}=${good}`;
  return {
    why: `${name} is ${bad}`,
    fix: {
      laptop: `${command} (lasts until the next boot; for good: echo '${name}=${good}' | sudo tee /etc/sysctl.d/60-mountns.conf)`,
      'GitHub Actions': `a step before the tests: - run: ${command}`,
      Docker: `on the machine that runs the container: ${command}; or ${ADD_SYS_ADMIN.Docker}`,
      Kubernetes: `on the node: ${command}; or ${ADD_SYS_ADMIN.Kubernetes}`,
    },
  };
}

function noSetfcap(status: ProcessStatus): Obstacle | undefined {
  if (process.geteuid?.() !== 0 || hasCapability(CAP_SETFCAP, status)) return undefined;
  return {
    why: `this process is uid 0 without CAP_SETFCAP (CapEff ${status.capEff}), and such a one may not map uid 0 (user_namespaces(7))`,
    fix: {
      laptop: 'run the tests as a user other than root',
      Docker: 'docker run --cap-add SETFCAP …, or --user 1000',
      Kubernetes: 'securityContext: { runAsUser: 1000 }, or { capabilities: { add: [SETFCAP] } }',
    },
  };
}

/** A process in a chroot(2) may not make user namespaces. One whose root is no mount point certainly is in one. */
function chrooted(): Obstacle | undefined {
  const lines = readFileSync('/proc/self/mountinfo', 'latin1').split('\n');
  if (lines.some((line) => line.split(' ')[4] === '/')) return undefined;
  return {
    why: 'this process is in a chroot(2), where no user namespace can be made: its root is no mount point',
    fix: 'run the tests as root in the chroot, or outside of it',
  };
}

/** A profile of AppArmor other than "unconfined" (proc_pid_attr(5)): Docker's default one refuses mount(2). */
export function confined(): Obstacle | undefined {
  if (!isConfined()) return undefined;
  return {
    why: `AppArmor confines this process: profile ${readProfile()}`,
    fix: {
      laptop: 'run the tests outside of this profile: see aa-status(8)',
      ...ADD_SYS_ADMIN,
    },
  };
}

/** The filters of Docker and Kubernetes let those calls pass that the capabilities of the container are for. */
function filtered({ seccomp, capBnd }: ProcessStatus): Obstacle | undefined {
  if (seccomp !== 2) return undefined;
  return {
    why: 'a seccomp filter is active in this process (Seccomp 2 in /proc/self/status)',
    fix: {
      laptop: 'run the tests outside of the sandbox that set the filter',
      ...(hasCapability(CAP_SYS_ADMIN, { capEff: capBnd }) ? UNFILTERED : ADD_SYS_ADMIN),
    },
  };
}

/** A sysctl(8) that can be in the way, with the value that is and one that is not. */
interface Sysctl {
  name: string;
  bad: string;
  good: string;
}

export const SYSCTLS = {
  unprivileged: { name: 'kernel.unprivileged_userns_clone', bad: '0', good: '1' },
  appArmor: { name: 'kernel.apparmor_restrict_unprivileged_userns', bad: '1', good: '0' },
  userNamespaces: { name: 'user.max_user_namespaces', bad: '0', good: '15000' },
  mountNamespaces: { name: 'user.max_mnt_namespaces', bad: '0', good: '15000' },
} satisfies Record<string, Sysctl>;

/** The value of a sysctl(8), or undefined where the kernel has none of that name. */
export function readSysctl(name: string): string | undefined {
  return readText(`/proc/sys/${name.replaceAll('.', '/')}`);
}

function isConfined(): boolean {
  const profile = readProfile();
  return profile !== undefined && profile !== '' && !/^(unconfined|kernel)\b/.test(profile);
}

function readProfile(): string | undefined {
  return readText('/proc/self/attr/apparmor/current');
}

function readText(file: string): string | undefined {
  return probe(() => readFileSync(file, 'latin1').trim());
}

export const UNREACHABLE = {
  why: 'no path leads to the working directory: it was deleted, or a directory above it may not be entered',
  fix: 'start in another directory: cd /',
};
export const TOO_OLD = {
  why: 'mount_setattr(2) came with Linux 5.12',
  fix: 'run the tests on a newer kernel; a container has the kernel of its machine',
};
const ADD_SYS_ADMIN = {
  Docker: 'docker run --cap-add SYS_ADMIN --security-opt apparmor=unconfined …',
  Kubernetes:
    'securityContext: { capabilities: { add: [SYS_ADMIN] }, appArmorProfile: { type: Unconfined } }',
};
const UNFILTERED = {
  Docker: 'docker run --security-opt seccomp=unconfined …',
  Kubernetes: 'securityContext: { seccompProfile: { type: Unconfined } }',
};
