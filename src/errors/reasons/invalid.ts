import { dirname } from 'node:path/posix';
import { inspect } from 'node:util';
import { isMountRoot, mountIdOf } from '../../../native/statx.cjs';
import { realPathOf } from '../../files/real-path.js';
import { formatMount } from '../../mounts/format-mount.js';
import type { Mount } from '../../mounts/mount.js';
import type { MountTable } from '../../mounts/mount-table.js';
import { printable } from '../../mounts/printable.js';
import { readMounts } from '../../mounts/read-mounts.js';
import { isInUserNamespace } from '../../namespace/user-namespace.cjs';
import type { Failure, Reason } from '../failure.js';
import { explainKinds } from './not-directory.js';
import { describeLink, kindOfPath, pathsOf } from './paths.js';

type Explain = (failure: Failure, table: MountTable) => Reason | undefined;

const EXPLAIN: Partial<Record<string, Explain>> = {
  bind: explainKinds,
  mount: explainKinds,
  move: (failure, table) =>
    explainNoMountPoint(failure, table) ??
    explainKinds(failure) ??
    explainMove(failure, table) ??
    explainLock(),
  overlay: explainKinds,
  pivotRoot: (failure, table) => explainPivotRoot(failure, table) ?? explainLock(),
  propagation: explainNoMountPoint,
  remount: explainNoMountPoint,
  umount: (failure, table) => explainNoMountPoint(failure, table) ?? explainLock(),
};

/** EINVAL: what the mount is, and what the operation needs it to be. */
export function explainInvalid(failure: Failure): Reason | undefined {
  const explain = failure.syscall === 'open_tree' ? explainCopy : EXPLAIN[failure.operation ?? 'mount'];
  return explain?.(failure, readMounts('self'));
}

function explainNoMountPoint({ path, operation }: Failure, table: MountTable): Reason | undefined {
  if (table.at(path) !== undefined) return undefined;
  const around = table.containing(path);
  const name = printable(path);
  const needed = operation === 'propagation' || operation === 'remount';
  return {
    why: `${name} is not a mount point${around === undefined ? '' : `, it lies on ${formatMount(around)}`}`,
    fix: needed ? `make it one: ns.bind(${inspect(path)}, ${inspect(path)})` : undefined,
  };
}

/** What the kernel makes no copy of, be it in place of a source, or to be seen through what covers the target. */
function explainCopy(failure: Failure, table: MountTable): Reason | undefined {
  const isPart = isInUserNamespace() && !failure.call?.includes('AT_RECURSIVE');
  for (const [name, path] of pathsOf(failure)) {
    const real = realPathOf(path);
    if (name === 'source' && table.find({ id: mountIdOf(path) }) === undefined)
      return { why: `${describeLink(path)}, which lies on no mount that is seen here` };
    const mount = table.containing(real);
    if (mount?.propagation === 'unbindable') {
      return {
        why: `the ${name} lies on an unbindable mount: ${formatMount(mount)}`,
        fix: makePrivate(mount),
      };
    }
    const isDirectory = kindOfPath(path) === 'directory';
    if (!isPart || table.under(isDirectory ? real : dirname(real)).length === 0) continue;
    return {
      why: uncovering(isDirectory ? name : `directory of the ${name}`),
      fix: name === 'source' ? 'take them along: { recursive: true }' : undefined,
    };
  }
  return undefined;
}

export function uncovering(name: string): string {
  return `there are mounts below the ${name}, which a user namespace must not uncover`;
}

function explainMove({ path, dest = '' }: Failure, table: MountTable): Reason | undefined {
  const mount = table.at(path) as Mount;
  const parent = table.find({ id: mount.parentId });
  if (parent?.peerGroup !== undefined) return sharedParent(path, parent);
  const onto = table.containing(dest);
  const unbindable = [mount, ...table.under(path)].find(({ propagation }) => propagation === 'unbindable');
  if (onto?.peerGroup === undefined || unbindable === undefined) return undefined;
  return {
    why: `an unbindable mount can't go to a shared one:\n${formatMount(unbindable)}\n${formatMount(onto)}`,
    fix: makePrivate(unbindable),
  };
}

function explainPivotRoot({ path, dest }: Failure, table: MountTable): Reason | undefined {
  if (!isMountRoot('/')) return { why: 'the root of this process is no mount point (chroot(2))' };
  const around = table.containing(path);
  const mount = table.at(path);
  const parent = mount === undefined ? around : table.find({ id: mount.parentId });
  if (parent?.peerGroup !== undefined) return sharedParent(path, parent);
  const onto = dest === undefined ? mount : table.containing(dest);
  if (onto?.peerGroup === undefined) return undefined;
  return {
    why: `the old root can't go to a shared mount: ${formatMount(onto)}`,
    fix: makePrivate(onto),
  };
}

function sharedParent(path: string, parent: Mount): Reason {
  return {
    why: `the mount that ${printable(path)} is mounted on is shared: ${formatMount(parent)}`,
    fix: makePrivate(parent),
  };
}

function makePrivate({ mountPoint }: Mount): string {
  return `make it private: ns.propagation(${inspect(mountPoint)}, 'private')`;
}

/** What is left when nothing else is wrong: of a mount in its place, the kernel knows no other reason. */
function explainLock(): Reason | undefined {
  if (!isInUserNamespace()) return undefined;
  return {
    why: 'this is a user namespace, and the mounts that it began with are locked in their places',
    fix: 'mount over it instead: that is allowed',
  };
}
