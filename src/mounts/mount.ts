import { inspect } from 'node:util';

/**
 * How mounts and unmounts below a mount travel to its copies in other places and namespaces
 * (mount_namespaces(7), "SHARED SUBTREES").
 */
export type Propagation = 'private' | 'shared' | 'slave' | 'slave+shared' | 'unbindable';

/**
 * One mount, as one line of `/proc/PID/mountinfo` describes it.
 *
 * It is plain data, so that it can be compared, printed and sent anywhere. The fields are those of
 * proc_pid_mountinfo(5), in its order.
 *
 * Text is decoded: `\040` is a space. A byte that is not UTF-8 is a lone surrogate; `encodePath` gives the
 * bytes back.
 */
export interface Mount {
  /** (1) Unique among the mounts that exist now; the kernel uses it again after an unmount. */
  readonly id: number;
  /** (2) The mount that this one is mounted on; for a stacked mount, the one beneath. Not always in the table. */
  readonly parentId: number;
  /** (3) `major:minor`, the st_dev of files on the file system; on an overlay, of directories alone. */
  readonly device: string;
  /** (4) The directory of the file system that is seen at the mount point; also `mnt:[4026532509]`, `/x//deleted`. */
  readonly root: string;
  /** (5) Relative to the root directory of the process. */
  readonly mountPoint: string;
  /** (6) Options of the mount itself, `ro` or `rw` first. Frozen. */
  readonly options: readonly string[];
  /** (7) The propagation type that the optional fields say. */
  readonly propagation: Propagation;
  /** (7) `shared:N`: the number of the peer group. */
  readonly peerGroup: number | undefined;
  /** (7) `master:N`: the peer group that this mount is a slave of. */
  readonly master: number | undefined;
  /** (7) `propagate_from:N`: the nearest dominant peer group under the root of the process. */
  readonly propagateFrom: number | undefined;
  /** (7) Optional fields that this version does not know, as they are. Frozen. */
  readonly unknownFields: readonly string[];
  /** (9) With its subtype: `ext4`, `fuse.sshfs`. */
  readonly fsType: string;
  /** (10) Whatever the file system calls its source; can be empty. */
  readonly source: string;
  /** (11) Options of the superblock, shared by all its mounts, here and in other namespaces. Frozen. */
  readonly superOptions: readonly string[];
}

/**
 * Whether nothing can be written through the mount: it is read-only itself, or its superblock is.
 *
 * @example
 * ```ts
 * isReadOnly(table.at('/data')!); // true after `mount -o remount,bind,ro /data`
 * ```
 */
export function isReadOnly(mount: Pick<Mount, 'options' | 'superOptions'>): boolean {
  return mount.options.includes('ro') || mount.superOptions.includes('ro');
}

/** Whether `value` is a {@link Mount}, by its fields: it may come from another realm or from JSON. */
export function isMount(value: unknown): value is Mount {
  if (typeof value !== 'object' || value === null) return false;
  const { id, parentId, mountPoint, fsType, propagation, options, superOptions } = value as Partial<Mount>;
  return (
    typeof id === 'number' &&
    typeof parentId === 'number' &&
    typeof mountPoint === 'string' &&
    typeof fsType === 'string' &&
    typeof propagation === 'string' &&
    Array.isArray(options) &&
    Array.isArray(superOptions)
  );
}

/**
 * The mounts in `value`.
 *
 * @throws {TypeError} naming the value, if it is no list of mounts.
 */
export function mountsIn(name: string, requirement: string, value: unknown): Mount[] {
  if (typeof value === 'object' && value !== null && Symbol.iterator in value) {
    const mounts = [...(value as Iterable<unknown>)];
    if (mounts.every(isMount)) return mounts;
  }
  throw new TypeError(`${name} must be ${requirement}, received ${inspect(value, { depth: 0 })}`);
}
