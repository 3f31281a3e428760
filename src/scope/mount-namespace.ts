import type { Changes } from '../copy-on-write/changes.js';
import type { MountTable } from '../mounts/mount-table.js';
import { readMounts } from '../mounts/read-mounts.js';
import { requireEntered } from '../namespace/guard.js';
import type { EnteredNamespace } from '../namespace/namespace-record.cjs';
import { type MountRequest, mountFileSystem } from '../operations/mount.js';
import { mountTmpfs, type TmpfsOptions } from '../operations/tmpfs.js';
import { type UmountOptions, unmount } from '../operations/umount.js';
import { HostNamespace } from './host-namespace.js';
import type { Scope } from './scope.js';

/**
 * The mount namespace of a scope: what `withMountNamespace` passes to its callback.
 *
 * All methods are synchronous. Using it after its scope has ended, or while a scope inside is open, throws a
 * {@link NamespaceError}.
 */
export class MountNamespace {
  readonly #scope: Scope;
  readonly #entered: EnteredNamespace;

  /** @internal */
  constructor(scope: Scope) {
    this.#scope = scope;
    this.#entered = requireEntered();
  }

  /** The id of the namespace: the inode of `/proc/PID/ns/mnt`, the number in `mnt:[…]` (namespaces(7)). */
  get id(): number {
    return this.#entered.id;
  }

  /** The namespace that the test runner was started in. */
  get host(): HostNamespace {
    return new HostNamespace(this.#entered.host);
  }

  /** The mounts that this scope sees now (proc_pid_mountinfo(5)). */
  mounts(): MountTable {
    this.#scope.requireCurrent();
    return readMounts('self');
  }

  /**
   * Mounts a file system, as mount(2) does. A missing mount point is provided without creating anything on the
   * host's file system.
   *
   * @throws {MountError} when the kernel refuses; `code` is the errno's name.
   * @throws {TypeError} when an argument is unusable; it names the value.
   */
  mount(request: MountRequest): void {
    this.#scope.requireCurrent();
    mountFileSystem(request);
  }

  /**
   * Mounts an empty tmpfs (tmpfs(5)) with `nosuid` and `nodev`.
   *
   * @param target absolute path of the mount point; provided when missing
   * @param options `size` in bytes or as `'64k'`, `'1m'`, `'50%'`; `inodes`, a count; `mode`, `0o1777` by default
   */
  tmpfs(target: string, options: TmpfsOptions = {}): void {
    this.#scope.requireCurrent();
    mountTmpfs(target, options);
  }

  /** Takes the top-most mount at `target` away, as umount2(2) does. */
  umount(target: string, options: UmountOptions = {}): void {
    this.#scope.requireCurrent();
    unmount(target, options);
  }

  /**
   * What this copy-on-write scope has created, modified and deleted until now, in sorted absolute paths. What was
   * written to file systems that were mounted meanwhile is no part of it.
   *
   * @throws {NamespaceError} when the scope is not copy-on-write.
   * @example
   * await withMountNamespace({ copyOnWrite: ['/etc'] }, (ns) => {
   *   fs.appendFileSync('/etc/hosts', '127.0.0.1 example.test\n');
   *   expect(ns.changes()).toEqual({ created: [], modified: ['/etc/hosts'], deleted: [] });
   * });
   */
  changes(): Changes {
    this.#scope.requireCurrent();
    return this.#scope.changes();
  }

  /** Leaves the scope of `await using ns = await enterMountNamespace()`. Twice is harmless. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#scope.close();
  }
}
