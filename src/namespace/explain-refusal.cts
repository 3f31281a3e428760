import fs = require('node:fs');

import type { SystemCallError } from '../../native/system-call-error.cjs';
import { NamespaceError } from '../errors/namespace-error.cjs';

/** Why the kernel refused a namespace, from the facts that can be read again: capabilities, seccomp, limits. */
export function explainRefusal(error: SystemCallError): NamespaceError {
  return new NamespaceError({
    summary: `cannot enter a mount namespace: ${error.syscall}(2) ${error.code}`,
    ...reason(error),
    call: error.call,
    cause: error,
  });
}

function reason(error: SystemCallError): { why?: string; fix?: string } {
  const status = readStatus();
  const capabilities = BigInt(`0x${status.CapEff ?? '0'}`);
  if (error.code === 'EPERM' && (capabilities & CAP_SYS_ADMIN) === 0n) {
    return {
      why: `this process lacks CAP_SYS_ADMIN (CapEff ${status.CapEff})`,
      fix: 'run as root (sudo npx vitest), or see what is missing with `npx ns-tool doctor`',
    };
  }
  if (error.code === 'EPERM' && status.Seccomp === '2') {
    return {
      why: 'this process has CAP_SYS_ADMIN, but a seccomp filter is active (Seccomp 2)',
      fix: 'in Docker: --cap-add SYS_ADMIN --security-opt seccomp=unconfined --security-opt apparmor=unconfined',
    };
  }
  if (error.code === 'ENOSPC' && error.syscall === 'unshare') {
    return {
      why: `user.max_mnt_namespaces is ${fs.readFileSync('/proc/sys/user/max_mnt_namespaces', 'utf8').trim()}`,
      fix: 'raise it: sysctl user.max_mnt_namespaces=…',
    };
  }
  return {};
}

/** The fields of /proc/self/status (proc_pid_status(5)). */
function readStatus(): Record<string, string> {
  const lines = fs.readFileSync('/proc/self/status', 'utf8').trim().split('\n');
  return Object.fromEntries(lines.map((line) => line.split(':\t') as [string, string]));
}

const CAP_SYS_ADMIN = 1n << 21n;
