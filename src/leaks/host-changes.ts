import { isSame } from '../mounts/diff-mounts.js';
import type { Mount } from '../mounts/mount.js';

/** A file system whose superblock has other options than before. */
export interface SuperblockChange {
  readonly before: Mount;
  readonly after: Mount;
}

/** What is different on the host, as far as it can be a test's doing. */
export interface HostChanges {
  readonly mounts: readonly Mount[];
  readonly superblocks: readonly SuperblockChange[];
}

/** Compares two tables of the host. */
export function findHostChanges(before: Iterable<Mount>, after: Iterable<Mount>): HostChanges {
  const known = new Map(Array.from(before, (mount) => [keyOf(mount), mount]));
  const nows = [...after];
  return {
    mounts: nows.filter((mount) => !known.has(keyOf(mount))),
    superblocks: findSuperblockChanges(known, nows),
  };
}

function findSuperblockChanges(
  before: ReadonlyMap<string, Mount>,
  nows: readonly Mount[],
): SuperblockChange[] {
  const changes = new Map<string, SuperblockChange>();
  const ownDoing = new Set<string>();
  for (const after of nows) {
    const old = before.get(keyOf(after));
    if (old === undefined) continue;
    if (!isSame(old.superOptions, after.superOptions)) changes.set(after.device, { before: old, after });
    // Who remounts on the host changes the mount too; from another namespace nobody can.
    if (!isSame(old.options, after.options)) ownDoing.add(after.device);
  }
  return [...changes.values()].filter(({ after }) => !ownDoing.has(after.device));
}

/** Whether a mount became read-only or writable together with its superblock, as remounting it does. */
export function isRemounted(
  { before, after }: SuperblockChange,
  ownBefore: Pick<Mount, 'options'>,
  ownAfter: Pick<Mount, 'options'>,
): boolean {
  return ['ro', 'rw'].some((flag) =>
    [
      [before.superOptions, after.superOptions],
      [ownBefore.options, ownAfter.options],
    ].every(([old, now]) => !old?.includes(flag) && now?.includes(flag)),
  );
}

/** What ties a new mount of the host to one that was made in a worker's namespace. */
export function findTie(fresh: Mount, own: readonly Mount[], before: readonly Mount[]): string | undefined {
  const peer = own.find(
    ({ peerGroup, master }) =>
      fresh.peerGroup !== undefined && (peerGroup === fresh.peerGroup || master === fresh.peerGroup),
  );
  if (peer !== undefined)
    return `it is in peer group ${fresh.peerGroup} with the one on ${peer.mountPoint} of this worker`;
  // The number of a device is used again when its file system has gone: both have to be there at the same time.
  const isNew = !before.some(({ device }) => device === fresh.device);
  const twin = own.find(({ device }) => device === fresh.device);
  if (!isNew || twin === undefined || !hasOwnInstances(fresh)) return undefined;
  return `its file system (device ${fresh.device}) is the one that this worker has mounted on ${twin.mountPoint}`;
}

/** Whether each mount of such a file system that is not a bind mount has a superblock, and device, of its own. */
function hasOwnInstances({ fsType }: Mount): boolean {
  return OWN_INSTANCES.has(fsType) || fsType.startsWith('fuse.');
}

const OWN_INSTANCES = new Set(['tmpfs', 'ramfs', 'overlay', 'fuse', 'hugetlbfs', 'devpts']);

/** What tells a mount of the host from others. */
export function keyOf({ id, device, root, mountPoint }: Mount): string {
  return [id, device, root, mountPoint].join('\0');
}
