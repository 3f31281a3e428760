import { probeSystemCall } from '../../../native/probe-system-call.cjs';
import { readProcessStatus } from '../../namespace/capabilities.cjs';
import { isInUserNamespace } from '../../namespace/user-namespace.cjs';
import { confined, filtered, noSysAdmin, type Obstacle } from '../../support/obstacles.cjs';
import { detectPlace, fixFor } from '../../support/place.cjs';
import type { Failure, Reason } from './reasons.js';

/** EPERM and EACCES: a capability, a filter, a lock of a user namespace, or AppArmor. */
export function explainPermission(failure: Failure): Reason | undefined {
  return (
    reasonOf(noSysAdmin(readProcessStatus())) ??
    explainFilter(failure) ??
    explainUserNamespace(failure) ??
    reasonOf(confined())
  );
}

/**
 * A seccomp filter. It looks at the call alone, so it refuses one with impossible arguments too, to which the
 * kernel itself would say EINVAL.
 */
export function explainFilter({ syscall, code }: Failure): Reason | undefined {
  if (probeSystemCall(syscall) !== code) return undefined;
  const reason = reasonOf(filtered(readProcessStatus()));
  return reason && { ...reason, why: `${reason.why}, and it refuses every ${syscall}(2)` };
}

function explainUserNamespace({ syscall, operation, type }: Failure): Reason | undefined {
  if (!isInUserNamespace()) return undefined;
  if (operation === 'remount') {
    return { why: 'the mount came along from a more privileged user namespace, which locked its flags' };
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
  return obstacle && { why: obstacle.why, fix: fixFor(obstacle.fix, detectPlace()) };
}
