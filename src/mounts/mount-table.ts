import { inspect, types } from 'node:util';

import { absolutePath, isBelow } from './absolute-path.js';
import { diffMounts, type MountDiff } from './diff-mounts.js';
import { type MountPattern, mountMatcher } from './find-mounts.js';
import { formatTree } from './format-tree.js';
import { type Mount, mountsIn } from './mount.js';
import { MountIndex } from './mount-index.js';
import { parseMountInfo } from './parse-mount-info.js';

// Marks tables: under Jest they can come from another realm, where instanceof says nothing.
const MOUNT_TABLE: unique symbol = Symbol.for('mountns.MountTable');

/**
 * The mounts of one namespace at one moment, in the order of mountinfo. Paths are looked up as text: symbolic links are
 * not followed.
 *
 * It never changes; read again for a later moment.
 *
 * @example
 * ```ts
 * const table = readMounts('self');
 * table.at('/proc')?.fsType; // 'proc'
 * [...table].filter((mount) => mount.fsType === 'tmpfs').length;
 * ```
 */
export class MountTable implements Iterable<Mount> {
  #text: string | Uint8Array | undefined;
  #mounts: readonly Mount[] | undefined;
  #index: MountIndex | undefined;

  /**
   * Text or bytes of mountinfo, parsed when it is first asked for something, or mounts.
   *
   * @throws {TypeError} if `mounts` is neither.
   */
  constructor(mounts: string | Uint8Array | Iterable<Mount>) {
    if (typeof mounts === 'string' || types.isUint8Array(mounts)) this.#text = mounts;
    else this.#mounts = Object.freeze(mountsIn('mounts', 'text of mountinfo or mounts', mounts));
  }

  /** Whether `value` is a table. */
  static isMountTable(value: unknown): value is MountTable {
    return typeof value === 'object' && value !== null && MOUNT_TABLE in value;
  }

  /** @internal */
  get [MOUNT_TABLE](): true {
    return true;
  }

  /** The number of mounts. */
  get length(): number {
    return this.#parsed().length;
  }

  [Symbol.iterator](): IterableIterator<Mount> {
    return this.#parsed()[Symbol.iterator]();
  }

  /**
   * The mount that is seen at exactly `path`: the top-most there, and not one that is hidden because
   * something is mounted over a directory above it.
   *
   * `/` is the root directory of the process, which stays the same when something is mounted over it.
   *
   * @throws {TypeError} if `path` is not an absolute path.
   */
  at(path: string): Mount | undefined {
    const normal = absolutePath(path);
    const mount = this.#resolve(normal);
    return mount?.mountPoint === normal ? mount : undefined;
  }

  /**
   * The mount that `path` lies on. Undefined only in a chroot(2), where the mount of the root directory need
   * not be in the table.
   *
   * @throws {TypeError} if `path` is not an absolute path.
   */
  containing(path: string): Mount | undefined {
    return this.#resolve(absolutePath(path));
  }

  /**
   * All mounts whose mount point is below `path`, hidden ones too; those at `path` itself are not.
   *
   * @throws {TypeError} if `path` is not an absolute path.
   */
  under(path: string): Mount[] {
    const normal = absolutePath(path);
    return this.#parsed().filter((mount) => isBelow(mount.mountPoint, normal));
  }

  /**
   * The first mount that has all the fields of `pattern`; of `options` and `superOptions`, it may have more.
   *
   * @throws {TypeError} if `pattern` names a field that mounts do not have, or gives one a value of another type.
   * @example
   * ```ts
   * table.find({ fsType: 'tmpfs', options: ['ro'] });
   * ```
   */
  find(pattern: MountPattern): Mount | undefined {
    return this.#parsed().find(mountMatcher(pattern));
  }

  /** All mounts that {@link MountTable.find} would take. */
  filter(pattern: MountPattern): Mount[] {
    return this.#parsed().filter(mountMatcher(pattern));
  }

  /**
   * What was added, removed and changed from this table to `other`, a later one or that of another namespace. Ids
   * are not compared.
   *
   * @throws {TypeError} if `other` is no table and no list of mounts.
   */
  diff(other: Iterable<Mount>): MountDiff {
    return diffMounts(this, mountsIn('other', 'a table or mounts', other));
  }

  /** The tree of mounts as findmnt(8) prints it, without colours. */
  toString(): string {
    return this.format();
  }

  /** As {@link MountTable.toString}, coloured if `colour` is true. */
  format(options: { colour?: boolean } = {}): string {
    return formatTree(this, options);
  }

  /** The mounts, for JSON.stringify(). */
  toJSON(): Mount[] {
    return [...this];
  }

  /** @internal */
  [inspect.custom](_depth: number, { colors }: { colors?: boolean }): string {
    return this.format({ colour: colors === true });
  }

  #parsed(): readonly Mount[] {
    this.#mounts ??= Object.freeze(parseMountInfo(this.#text as string | Uint8Array));
    this.#text = undefined;
    return this.#mounts;
  }

  #resolve(path: string): Mount | undefined {
    this.#index ??= new MountIndex(this.#parsed());
    return this.#index.resolve(path);
  }
}
