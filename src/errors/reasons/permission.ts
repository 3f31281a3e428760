import { isInUserNamespace } from '../../namespace/user-namespace.cjs';
import { fixFor } from '../../obstacles/machine.cjs';
import { confined, noSysAdmin, type Obstacle, refusesEvery } from '../../obstacles/obstacles.cjs';
import { readProcessStatus } from '../../obstacles/process-status.cjs';
import type { Failure, Reason } from '../failure.js';

/** EPERM and EACCES: a capability, a filter, a lock of a user namespace, or AppArmor. */
export function explainPermission(failure: Failure): Reason | undefined {
  return (
    reasonOf(noSysAdmin(readProcessStatus())) ??
    reasonOf(refusesEvery(failure.syscall, failure.code)) ??
    explainDevice(failure) ??
    explainUserNamespace(failure) ??
    reasonOf(confined())
  );
}

function explainDevice({ syscall }: Failure): Reason | undefined {
  if (syscall !== 'mknodat') return undefined;
  return {
    why: 'this process may make no device: that takes CAP_MKNOD, and not in a user namespace',
    fix: 'run as root, in a container a privileged one',
  };
}

function explainUserNamespace({ syscall, operation, type }: Failure): Reason | undefined {
  if (!isInUserNamespace()) return undefined;
  if (operation === 'remount') {
    return { why: 'the mount came along from a more privileged user namespace, which locked its flags' };
  }
  if (syscall === 'open_tree') {
    return {
      why: 'this is a user namespace, which copies no unbindable mount that is locked',
      fix: "make all private: ns.propagation('/', 'private', { recursive: true })",
    };
  }
  if (!['fsopen', 'fsconfig', 'fsmount'].includes(syscall)) return undefined;
  if (type === 'proc') {
    return {
      why: 'this is a user namespace, and its pid namespace belongs to another one',
      fix: "bind the one that is there: ns.bind('/proc', target, { recursive: true })",
    };
  }
  return { why: `this is a user namespace, and the kernel lets no ${type} be mounted in those` };
}

/** An obstacle as a reason, with what to do in the place that this process is in. */
export function reasonOf(obstacle: Obstacle | undefined): Reason | undefined {
  return obstacle && { why: obstacle.why, fix: fixFor(obstacle.fix) };
}
