import { CAP_SYS_ADMIN } from '../../native/constants.cjs';
import { processWide } from '../../native/process-wide.cjs';
import { messageOf } from '../errors/message-of.cjs';
import { namespaceRecord } from '../namespace/namespace-record.cjs';
import { isInUserNamespace } from '../namespace/user-namespace.cjs';
import { fixFor } from '../obstacles/machine.cjs';
import { hasCapability } from '../obstacles/process-status.cjs';
import type { SupportCheck } from './check.js';
import { checkRuntime } from './check-runtime.js';
import { runProbe } from './run-probe.js';

/** Whether tests can have mount namespaces here, and if not, what is in the way. */
export interface Support {
  supported: boolean;
  /** As root of the machine, or of a user namespace only, where the kernel allows less. Undefined if neither. */
  mode?: 'root' | 'user-namespace';
  /** What was looked at, in order. The last one refuses, if any does. */
  checks: readonly SupportCheck[];
  /** What is missing, in one line; undefined when supported. */
  summary?: string;
  /** The reason, as far as it could be found out. */
  why?: string;
  /** What to do about it here. */
  fix?: string;
}

const known = processWide<{ support?: Support }>('support', () => ({}));

/**
 * Whether tests can have mount namespaces on this machine. Tries it in a child process, once per process.
 * Never throws.
 *
 * @see mount_namespaces(7), user_namespaces(7)
 * @example
 * ```ts
 * const { supported } = checkSupport();
 * test.skipIf(!supported)('has mounts of its own', () => {
 *   execFileSync('npx', ['ns-tool', 'run', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']);
 * });
 * ```
 */
export function checkSupport(): Support {
  known.support ??= findSupport();
  return known.support;
}

function findSupport(): Support {
  if (namespaceRecord.entered !== undefined) return { supported: true, mode: probeMode(), checks: [] };
  try {
    const checks = checkRuntime();
    if (checks.every(isGiven)) checks.push(...runProbe());
    return conclude(checks);
  } catch (error) {
    const summary = `the check itself failed: ${messageOf(error)}`;
    return { supported: false, checks: [], summary };
  }
}

/** Supported when nothing is refused; else what is missing is told by the first check that is. */
export function conclude(checks: readonly SupportCheck[]): Support {
  const obstacle = checks.find((check) => !isGiven(check));
  if (obstacle === undefined) return { supported: true, mode: probeMode(), checks };
  const { detail, why, fix } = obstacle;
  return {
    supported: false,
    checks,
    summary: detail,
    ...(why === undefined ? {} : { why }),
    ...(fix === undefined ? {} : { fix: fixFor(fix) }),
  };
}

function isGiven({ status }: SupportCheck): boolean {
  return status !== 'refused';
}

function probeMode(): 'root' | 'user-namespace' {
  return isInUserNamespace() || !hasCapability(CAP_SYS_ADMIN) ? 'user-namespace' : 'root';
}
