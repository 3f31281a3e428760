import { readFileSync } from 'node:fs';

import { CAP_SYS_ADMIN } from '../../native/constants.cjs';
import { parseMountInfo } from '../mounts/parse-mount-info.js';
import { tryUserNamespaces } from '../namespace/prove-user-namespaces.cjs';
import { isInUserNamespace } from '../namespace/user-namespace.cjs';
import { readSysctl, SYSCTLS } from '../obstacles/obstacles.cjs';
import { hasCapability, readProcessStatus } from '../obstacles/process-status.cjs';
import { limited, ok, refused, type SupportCheck } from './check.js';

/** What this process may do, from facts and from a user namespace that is made for the purpose. */
export function checkPrivileges(): SupportCheck[] {
  return [
    checkCapabilities(),
    checkSeccomp(),
    checkSysctls(),
    checkMaskedProc(),
    checkRootFileSystem(),
    checkUserNamespaces(),
  ];
}

function checkCapabilities(): SupportCheck {
  const status = readProcessStatus();
  const who = `uid ${process.geteuid?.()}, CapEff ${status.capEff}`;
  if (!hasCapability(CAP_SYS_ADMIN, status)) {
    return limited('privileges', `no CAP_SYS_ADMIN (${who})`, {
      why: 'tests run in a user namespace: no block devices, no unmounting of what was inherited, no other users’ ids',
    });
  }
  if (!isInUserNamespace()) return ok('privileges', `CAP_SYS_ADMIN (${who})`);
  return limited('privileges', `CAP_SYS_ADMIN in a user namespace (${who})`, {
    why: 'there: no block devices, no unmounting of what came from outside of it, no ids that it does not map',
  });
}

function checkSeccomp(): SupportCheck {
  const { seccomp } = readProcessStatus();
  if (seccomp !== 2) return ok('seccomp', seccomp === undefined ? 'the kernel has none' : 'no filter');
  return limited('seccomp', 'a filter is active (Seccomp 2)', {
    why: 'it may refuse system calls, see below',
  });
}

function checkSysctls(): SupportCheck {
  const values = Object.values(SYSCTLS).map(({ name, bad }) => ({ name, bad, value: readSysctl(name) }));
  const present = values.filter(({ value }) => value !== undefined);
  const detail = present.map(({ name, value }) => `${name} ${value}`).join(', ') || 'none that matters';
  const inTheWay = present.filter(({ value, bad }) => value === bad).map(({ name }) => name);
  if (inTheWay.length === 0) return ok('sysctls', detail);
  return limited('sysctls', detail, { why: `in the way of namespaces: ${inTheWay.join(', ')}` });
}

/**
 * Containers cover parts of /proc; the kernel then lets no user namespace mount a whole one. It does not mind what is on
 * directories that are there to be mounted on, as on each machine with systemd.
 */
function checkMaskedProc(): SupportCheck {
  const masked = mounts()
    .map(({ mountPoint }) => mountPoint)
    .filter((path) => /^\/proc\/(?!sys\/fs\/binfmt_misc$|fs\/nfsd$)/.test(path));
  if (masked.length === 0) return ok('masked /proc', 'nothing of it is covered');
  return limited('masked /proc', `covered: ${masked.join(', ')}`, {
    why: 'without root no proc file system can be mounted',
  });
}

function checkRootFileSystem(): SupportCheck {
  const fsType = mounts().findLast(({ mountPoint }) => mountPoint === '/')?.fsType;
  if (fsType === undefined) {
    return limited('root', 'is no mount point: a chroot(2)', { why: 'no user namespace can be made here' });
  }
  if (fsType !== 'overlay') return ok('root', fsType);
  return limited('root', 'overlay', {
    why: 'the kernel stacks two overlays and no more: a copy-on-write scope is the second',
  });
}

function checkUserNamespaces(): SupportCheck {
  const name = 'user namespace';
  const tried = tryUserNamespaces();
  if ('command' in tried) return ok(name, `${tried.command.join(' ')} makes one, and can mount in it`);
  const { what, ...reason } = tried.refusal;
  return hasCapability(CAP_SYS_ADMIN)
    ? limited(name, `${what}: tests need root here`, { why: reason.why })
    : refused(name, what, reason);
}

function mounts() {
  return parseMountInfo(readFileSync('/proc/self/mountinfo'));
}
