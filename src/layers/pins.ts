import fs from 'node:fs';
import { mountIdOf } from '../../native/directories.cjs';
import { encodePath } from '../../native/path-bytes.cjs';
import { describeErrno } from '../../native/system-call-error.cjs';
import type { Attempt } from '../errors/explain-mount.js';
import { MountError } from '../errors/mount-error.js';
import { printable } from '../mounts/printable.js';

/**
 * Mounts of a scope at places that are no mount points to whoever asked for it. What lies beneath them could be written
 * to, so nobody shall take them away: held open, they are busy to umount(8).
 */
export class Pins {
  readonly #held: { readonly path: string; readonly fd: number }[] = [];

  /** Takes `fd`, a descriptor of the mount at `path`. */
  add(path: string, fd: number): void {
    this.#held.push({ path, fd });
  }

  /** The ids of the mounts. */
  get ids(): ReadonlySet<number> {
    return new Set(this.#held.map(({ fd }) => mountIdOf('', fd)));
  }

  /** The places where one of them is what is seen. */
  get places(): string[] {
    return this.#held.filter((pin) => isSeen(pin.path, pin.fd)).map(({ path }) => path);
  }

  /**
   * Throws what the kernel says of a place that is no mount point, when `fd` is of such a place.
   *
   * @throws {MountError} EINVAL
   */
  refuse(fd: number, { action, path, dest }: Attempt, syscall: string): void {
    if (this.#held.length === 0 || !this.ids.has(mountIdOf('', fd))) return;
    const { code, description } = describeErrno(EINVAL);
    throw new MountError(
      {
        summary: `${action} failed: ${syscall}(2) ${code}, ${description}`,
        why: `${printable(path)} is not a mount point: the scope has made it copy-on-write`,
      },
      { code, errno: -EINVAL, syscall, path, dest },
    );
  }

  close(): void {
    for (const { fd } of this.#held.splice(0)) fs.closeSync(fd);
  }
}

function isSeen(path: string, fd: number): boolean {
  try {
    return mountIdOf(encodePath(path)) === mountIdOf('', fd);
  } catch {
    return false;
  }
}

const EINVAL = 22;
