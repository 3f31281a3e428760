import { groupBy } from './group-by.js';
import type { Mount } from './mount.js';

/** A mount that is in both tables and not the same in them. */
export interface MountChange {
  readonly before: Mount;
  readonly after: Mount;
  /** The fields that differ. `mountPoint`: it was moved. `parentId`: another mount is beneath it now. */
  readonly fields: readonly (keyof Mount)[];
}

/** What turns one table into the other. */
export interface MountDiff {
  readonly added: readonly Mount[];
  readonly removed: readonly Mount[];
  readonly changed: readonly MountChange[];
}

/**
 * Compares two tables, of one namespace at two times or of two namespaces.
 *
 * A mount is found again by the file system that it shows and by its id at its mount point, else by its mount
 * point, else by its id. An id alone says little: the kernel gives it to the next mount after an unmount, and a
 * copy of a namespace has new ones throughout. So a new id is no change, and neither is a parent's new id.
 *
 * @param ended devices whose file systems of `before` have ended: what has their numbers now is another one
 */
export function diffMounts(
  before: Iterable<Mount>,
  after: Iterable<Mount>,
  ended: ReadonlySet<string> = new Set(),
): MountDiff {
  const olds = [...before];
  const nows = [...after];
  const pairs = new Map<Mount, Mount>();
  const removed = new Set(olds.filter(({ device }) => !ended.has(device)));
  const added = new Set(nows);
  for (const keyOf of [byIdAndPlace, byPlace, byId]) pairEqualKeys(removed, added, keyOf, pairs);
  const changed: MountChange[] = [];
  const isSameParent = parentComparison(olds, nows, pairs);
  for (const old of olds) {
    const now = pairs.get(old);
    if (now === undefined) continue;
    const fields = changedFields(old, now);
    if (!isSameParent(old, now)) fields.push('parentId');
    if (fields.length > 0) changed.push({ before: old, after: now, fields });
  }
  return { added: [...added], removed: olds.filter((old) => !pairs.has(old)), changed };
}

// What no system call changes while a mount lives.
function fileSystem(mount: Mount): string {
  return [mount.device, mount.root, mount.fsType, mount.source].join('\0');
}

const byPlace = (mount: Mount) => `${mount.mountPoint}\0${fileSystem(mount)}`;
const byId = (mount: Mount) => `${mount.id}\0${fileSystem(mount)}`;
const byIdAndPlace = (mount: Mount) => `${mount.id}\0${byPlace(mount)}`;

/** Moves the mounts of both sets that have equal keys to `pairs`, in the order of the tables. */
function pairEqualKeys(
  removed: Set<Mount>,
  added: Set<Mount>,
  keyOf: (mount: Mount) => string,
  pairs: Map<Mount, Mount>,
): void {
  if (removed.size === 0 || added.size === 0) return;
  const candidates = groupBy(added, keyOf);
  for (const others of candidates.values()) others.reverse();
  for (const old of removed) {
    const now = candidates.get(keyOf(old))?.pop();
    if (now === undefined) continue;
    pairs.set(old, now);
    removed.delete(old);
    added.delete(now);
  }
}

function parentComparison(olds: readonly Mount[], nows: readonly Mount[], pairs: Map<Mount, Mount>) {
  const idsBefore = new Map(olds.map((mount) => [mount.id, mount]));
  const idsAfter = new Map(nows.map((mount) => [mount.id, mount]));
  return (old: Mount, now: Mount): boolean => {
    const parentBefore = idsBefore.get(old.parentId);
    const parentAfter = idsAfter.get(now.parentId);
    return (parentBefore && pairs.get(parentBefore)) === parentAfter;
  };
}

function changedFields(old: Mount, now: Mount): (keyof Mount)[] {
  return COMPARED.filter((field) => !isSame(old[field], now[field]));
}

/** Whether two values of a field are the same. */
export function isSame(a: Mount[keyof Mount], b: Mount[keyof Mount]): boolean {
  if (typeof a !== 'object' || typeof b !== 'object') return a === b;
  return a.length === b.length && a.every((item, index) => item === b[index]);
}

/** The fields that a change of propagation changes. */
export const PROPAGATION: readonly (keyof Mount)[] = ['propagation', 'peerGroup', 'master', 'propagateFrom'];

const COMPARED: readonly (keyof Mount)[] = [
  'mountPoint',
  'options',
  ...PROPAGATION,
  'unknownFields',
  'superOptions',
];
