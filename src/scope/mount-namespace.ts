import type { Changes } from '../copy-on-write/changes.js';
import { type InducibleErrno, induceFault } from '../faults/induce.js';
import type { InduceOptions } from '../faults/recipe.js';
import type { MountTable } from '../mounts/mount-table.js';
import { readMounts } from '../mounts/read-mounts.js';
import { type BindOptions, bindMount } from '../operations/bind.js';
import { maskPath } from '../operations/mask.js';
import { type MountRequest, mountFileSystem } from '../operations/mount.js';
import { moveMountPoint } from '../operations/move.js';
import { mountOverlay, type OverlayOptions } from '../operations/overlay.js';
import { changeRoot } from '../operations/pivot-root.js';
import { mountProc } from '../operations/proc.js';
import { type PropagationOptions, type PropagationType, setPropagation } from '../operations/propagation.js';
import { makeReadOnly, type ReadonlyOptions } from '../operations/readonly.js';
import { changeMountFlags, type RemountOptions } from '../operations/remount.js';
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

  /** @internal */
  constructor(scope: Scope) {
    this.#scope = scope;
  }

  /** The id of the namespace: the inode of `/proc/PID/ns/mnt`, the number in `mnt:[…]` (namespaces(7)). */
  get id(): number {
    return this.#scope.entered.id;
  }

  /** The namespace that the test runner was started in. */
  get host(): HostNamespace {
    return new HostNamespace(this.#scope.entered.host);
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
   * @param request `target`, an absolute path without symbolic links; `type`, one of /proc/filesystems; `source`,
   *   a device or a name to show; `flags` of this mount alone, by name or as the bits of mount(2), but that `ro`
   *   has nothing written to a device; `data`, options of the file system as `'size=1m,mode=0700'` or as an
   *   object, whose values may hold commas
   * @throws {MountError} when the kernel refuses, or when `data` would change a file system that the host has
   *   mounted; `code` is the errno's name, and `why` and `fix` say what was found out.
   * @throws {TypeError} when an argument is unusable; it names the value. Everything is left as it was.
   * @see mount(2)
   * @example
   * ns.mount({ target: '/mnt/x', type: 'tmpfs', flags: ['noexec'], data: { size: '1m' } });
   */
  mount(request: MountRequest): void {
    this.#scope.requireCurrent();
    mountFileSystem(request);
  }

  /**
   * Mounts an empty tmpfs with `nosuid` and `nodev`.
   *
   * @param target absolute path of the mount point; provided when missing
   * @param options `size` in bytes or as `'64k'`, `'1m'`, `'50%'`; `inodes`, a count; `mode`, `0o1777` by
   *   default; `flags` besides the two
   * @throws {MountError} when the kernel refuses.
   * @throws {TypeError} when an argument is unusable; it names the value.
   * @see tmpfs(5)
   * @example
   * ns.tmpfs('/mnt/small', { size: '64k' });
   */
  tmpfs(target: string, options: TmpfsOptions = {}): void {
    this.#scope.requireCurrent();
    mountTmpfs(target, options);
  }

  /**
   * Makes a directory or a single file visible at a second place, as `mount --bind` does.
   *
   * @param source absolute path; symbolic links are followed
   * @param target absolute path; provided when missing, as a directory or a file like the source
   * @param options `recursive`, with the mounts below the source; `readonly`, on which no write succeeds: with
   *   `recursive` in all of these mounts
   * @throws {MountError} when the kernel refuses: the source is missing (ENOENT) or unbindable, or one is a
   *   directory and the other a file (EINVAL).
   * @throws {TypeError} when an argument is unusable; it names the value.
   * @see mount(2), "Creating a bind mount"
   * @example
   * ns.bind('/srv/fixtures', '/data', { readonly: true });
   */
  bind(source: string, target: string, options: BindOptions = {}): void {
    this.#scope.requireCurrent();
    bindMount(source, target, options);
  }

  /**
   * Mounts an overlay. Without options, the directory becomes copy-on-write: it looks as before, mounts below it
   * too, and what is changed stays in memory.
   *
   * @param target absolute path; provided when missing and `lower` is given
   * @param options `lower`, a directory or a list of them with the top-most first, the target itself when left
   *   out; `upper` and `work`, directories on one mount for what is written, in memory when left out
   * @throws {MountError} when the kernel refuses: a directory is missing (ENOENT), `upper` lies on an overlay
   *   itself (EINVAL).
   * @throws {TypeError} when an argument is unusable; it names the value.
   * @see Linux, Documentation/filesystems/overlayfs.rst
   * @example
   * ns.overlay('/etc');
   * fs.writeFileSync('/etc/hosts', '127.0.0.1 db.test');
   */
  overlay(target: string, options: OverlayOptions = {}): void {
    this.#scope.requireCurrent();
    mountOverlay(target, options);
  }

  /**
   * Mounts a new proc file system, with `nosuid`, `nodev` and `noexec`; on `/proc` when no target is given.
   *
   * @throws {MountError} when the kernel refuses: EPERM in a user namespace without a pid namespace of its own.
   * @see proc(5)
   * @example
   * ns.proc('/srv/rootfs/proc');
   */
  proc(target = '/proc'): void {
    this.#scope.requireCurrent();
    mountProc(target);
  }

  /**
   * Refuses every write at a directory or file from now on (EROFS), whoever asks. It need not be a mount point.
   *
   * What was opened for writing before goes on where it was, unless the target is a mount point: that is EBUSY.
   *
   * @param options `recursive`, the mounts below too
   * @throws {MountError} ENOENT, or EBUSY with the processes that have files open for writing.
   * @throws {TypeError} when an argument is unusable; it names the value.
   * @see mount_setattr(2)
   * @example
   * ns.readonly('/var/lib/app');
   * expect(() => fs.writeFileSync('/var/lib/app/x', '')).toThrow('EROFS');
   */
  readonly(target: string, options: ReadonlyOptions = {}): void {
    this.#scope.requireCurrent();
    makeReadOnly(target, options);
  }

  /**
   * Changes flags of the mount at `target`.
   *
   * Only of that mount: options of its file system, which the host may have mounted too, are refused.
   *
   * @param options `flags`, to set (`'ro'`, `'noexec'`) or to take away (`'rw'`, `'exec'`), others stay;
   *   `recursive`, the mounts below too
   * @throws {MountError} when the kernel refuses: no mount point (EINVAL), files open for writing (EBUSY), a flag
   *   that a user namespace must not take away (EPERM).
   * @throws {TypeError} when an argument is unusable; it names the value.
   * @see mount_setattr(2)
   * @example
   * ns.tmpfs('/mnt/tools');
   * ns.remount('/mnt/tools', { flags: ['noexec'] });
   */
  remount(target: string, options: RemountOptions): void {
    this.#scope.requireCurrent();
    changeMountFlags(target, options);
  }

  /**
   * Hides a directory or a file: it is empty and read-only from now on.
   *
   * @throws {MountError} ENOENT when there is nothing to hide.
   * @throws {TypeError} when `target` is unusable; it names the value.
   * @example
   * ns.mask('/etc/ssl');
   */
  mask(target: string): void {
    this.#scope.requireCurrent();
    maskPath(target);
  }

  /**
   * Moves a mount, and all mounts below it, to another place.
   *
   * @param from absolute path of a mount point
   * @param to absolute path; provided when missing
   * @throws {MountError} when the kernel refuses: no mount point, or mounted on a shared mount (EINVAL), `to` lies
   *   in the mount itself (ELOOP).
   * @throws {TypeError} when a path is unusable; it names the value.
   * @see mount(2), "Moving a mount"
   * @example
   * ns.move('/mnt/old', '/mnt/new');
   */
  move(from: string, to: string): void {
    this.#scope.requireCurrent();
    moveMountPoint(from, to);
  }

  /**
   * Sets how mounts and unmounts below a mount travel to its copies.
   *
   * Nothing travels to the host: a mount can only be shared within the scope and with namespaces that come from it.
   *
   * @param target absolute path of a mount point
   * @param type `'private'`, `'shared'`, `'slave'` (of what it is shared with now; no effect on others) or
   *   `'unbindable'`
   * @param options `recursive`, the mounts below too
   * @throws {MountError} EINVAL when `target` is not a mount point.
   * @throws {TypeError} when an argument is unusable; it names the value.
   * @see mount_namespaces(7), "SHARED SUBTREES"
   * @example
   * ns.propagation('/', 'shared', { recursive: true });
   */
  propagation(target: string, type: PropagationType, options: PropagationOptions = {}): void {
    this.#scope.requireCurrent();
    setPropagation(target, type, options);
  }

  /**
   * Makes a directory the root of this process and of the children that it starts, until the scope ends.
   *
   * The working directory stays if it lies in the new root; else it becomes the new root.
   *
   * @param newRoot absolute path of a directory; becomes a mount point when it is none
   * @param putOld where the old root goes: a directory in the new root, by its path before the change; provided
   *   when missing. When left out, nothing of the old root can be reached any more
   * @throws {MountError} EINVAL when `newRoot` or what it is mounted on is shared, EBUSY when it is the root.
   * @throws {TypeError} when a path is unusable; it names the value.
   * @see pivot_root(2), "NOTES"
   * @example
   * ns.pivotRoot('/srv/rootfs');
   */
  pivotRoot(newRoot: string, putOld?: string): void {
    this.#scope.requireCurrent();
    changeRoot(newRoot, putOld);
  }

  /**
   * Takes the top-most mount at `target` away.
   *
   * @param options `lazy`, out of sight now though it is in use (MNT_DETACH); `force`, abort requests under way
   *   (MNT_FORCE), for file systems that can
   * @throws {MountError} EBUSY with the mounts below, or the processes that use it and what for, and for the root of
   *   this process unless `lazy`; for what a directory lies on that is copy-on-write by its name; EINVAL when it is
   *   not a mount point.
   * @throws {TypeError} when an argument is unusable; it names the value.
   * @see umount2(2)
   * @example
   * ns.umount('/mnt/x', { lazy: true });
   */
  umount(target: string, options: UmountOptions = {}): void {
    this.#scope.requireCurrent();
    unmount(target, options);
  }

  /**
   * Has the kernel answer with an errno from now on: sync code, async code and children get it. What is open already
   * goes on as before.
   *
   * It is proved with one call at once. `target` is a mount point then: removing, renaming or replacing it fails with
   * `EBUSY`, rename(2) and link(2) into it and out of it with `EXDEV`. A scope of its own ends it early; so does
   * `ns.umount(target)`, where nothing is mounted below, but for `ELOOP` on a file.
   *
   * | errno | on | what fails |
   * |---|---|---|
   * | `ENOSPC` | a directory, a file | writing; what is there can be read. With `inodes`, creating files |
   * | `EROFS` | a directory, a file | everything that writes |
   * | `EXDEV` | a directory | rename(2) and link(2) into it and out of it |
   * | `EACCES` | a directory, a file | executing programs |
   * | `EBUSY` | a directory, a file | removing and renaming it |
   * | `EIO` | a file | opening; stat(2) shows a character device |
   * | `ENODEV` | a file | opening; stat(2) shows a character device |
   * | `ELOOP` | a directory, a file | following symbolic links in it; opening the file |
   *
   * @param target absolute path of what is there, without symbolic links
   * @throws {MountError} when the kernel can't be made to; then nothing has changed.
   * @throws {TypeError} when an argument is unusable; it names the value.
   * @see errno(3)
   * @example
   * ns.induce('ENOSPC', '/var/lib/app');
   * expect(() => fs.writeFileSync('/var/lib/app/new', 'x')).toThrow('ENOSPC');
   */
  induce(errno: InducibleErrno, target: string, options: InduceOptions = {}): void {
    this.#scope.requireCurrent();
    this.#scope.kept.push(...induceFault(errno, target, options));
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
