import { closeSync, constants, fstatSync, openSync, statSync } from 'node:fs';

import { O_CLOEXEC } from '../../native/constants.cjs';
import { openat } from '../../native/directories.cjs';
import { inodeOf } from '../../native/statx.cjs';
import { probe } from '../../native/unless.cjs';
import { explainProcessRead } from '../errors/explain-process.js';
import { invalidArgument } from '../errors/invalid-argument.js';
import { NamespaceError } from '../errors/namespace-error.cjs';
import { readMounts } from '../mounts/read-mounts.js';
import { namespaceRecord } from './namespace-record.cjs';

/** Whose mount namespace: that of this process, of the host, or of a process by its pid. */
export type NamespaceOwner = 'self' | 'host' | number;

/** Two mount namespaces, as they were while both were held. */
export interface NamespaceComparison {
  readonly isSame: boolean;
  /** The numbers in `mnt:[…]`, in the order of the call. */
  readonly ids: readonly [number, number];
}

/**
 * Compares two mount namespaces by device and inode of `/proc/PID/ns/mnt` (namespaces(7)), with both open: the
 * kernel gives the number of a namespace that is gone to the next one.
 *
 * @throws {NamespaceError} when a process is gone or not ours; `code` is the errno's name.
 * @throws {TypeError} when a pid is none.
 */
export function compareMountNamespaces(one: NamespaceOwner, other: NamespaceOwner): NamespaceComparison {
  const descriptors: number[] = [];
  try {
    const [a, b] = [one, other].map((owner) => {
      const descriptor = openNamespace(owner);
      if (typeof descriptor !== 'number') return descriptor;
      descriptors.push(descriptor);
      return fstatSync(descriptor);
    }) as [NamespaceIdentity, NamespaceIdentity];
    const isSameDevice = a.dev === undefined || b.dev === undefined || a.dev === b.dev;
    return { isSame: isSameDevice && a.ino === b.ino, ids: [a.ino, b.ino] };
  } finally {
    for (const descriptor of descriptors) closeSync(descriptor);
  }
}

/** The number in `mnt:[…]` of the namespace that this process is in. */
export function ownNamespaceId(): number {
  const { entered } = namespaceRecord;
  return entered === undefined ? statSync(`/proc/${OWN}`).ino : inodeOf(OWN, entered.procFd);
}

interface NamespaceIdentity {
  readonly ino: number;
  readonly dev?: number;
}

/** A descriptor to close; of a host that can't be opened, the identity: its mountinfo, held open, keeps it alive. */
function openNamespace(owner: NamespaceOwner): number | NamespaceIdentity {
  const host = namespaceRecord.entered?.host;
  if (owner === 'host' && host !== undefined) return { ino: host.id };
  const pid = typeof owner === 'number' ? checkPid(owner) : undefined;
  const path = pid === undefined ? OWN : `${pid}/ns/mnt`;
  try {
    const procFd = namespaceRecord.entered?.procFd;
    return procFd === undefined
      ? openSync(`/proc/${path}`, 'r')
      : openat(procFd, path, constants.O_RDONLY | O_CLOEXEC);
  } catch (error) {
    if (pid !== undefined && host !== undefined && isOnHost(pid)) return { ino: host.id };
    const action = `open the mount namespace of ${pid === undefined ? 'this process' : `process ${pid}`}`;
    const { code = 'UNKNOWN' } = error as NodeJS.ErrnoException;
    const read = { action, pid, path: `/proc/${path}`, syscall: 'open' };
    throw new NamespaceError(explainProcessRead(error as Error, read), code);
  }
}

/**
 * Whether the root mount of a process is one of the host's: each mount is in one namespace, and all ids differ. Who may
 * not open its namespace can read its mounts, those of the test runner without root say.
 */
function isOnHost(pid: number): boolean {
  const root = probe(() => readMounts(pid).at('/'));
  return root !== undefined && probe(() => readMounts('host').find({ id: root.id })) !== undefined;
}

function checkPid(pid: number): number {
  if (!Number.isInteger(pid) || pid < 1 || pid > 0x7fffffff) {
    throw invalidArgument('a process id must be a whole number from 1', pid);
  }
  return pid;
}

const OWN = 'thread-self/ns/mnt';
