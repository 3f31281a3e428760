import { closeSync } from 'node:fs';
import { mountIdOf } from '../../native/statx.cjs';
import { describeErrno } from '../../native/system-call-error.cjs';
import type { Attempt } from '../errors/explain-mount.js';
import { MountError } from '../errors/mount-error.js';
import type { Mount } from '../mounts/mount.js';
import type { MountTable } from '../mounts/mount-table.js';
import { printable } from '../mounts/printable.js';
import { readMounts } from '../mounts/read-mounts.js';
import { openMount } from './open-mount.js';

/**
 * Mounts of a scope at places that are no mount points to whoever asked for it. What lies beneath them could be written
 * to, so nobody shall take them away: held open, they are busy to umount(8). So are their copies, in a copy of the tree.
 */
export class Pins {
  readonly #held: number[] = [];

  /** Takes `fd`, a descriptor of the mount. */
  add(fd: number): void {
    this.#held.push(fd);
  }

  /** The ids of the mounts. */
  get ids(): ReadonlySet<number> {
    return new Set(this.#held.map((fd) => mountIdOf('', fd)));
  }

  /** What tells them, and their copies at the same places, from other mounts. */
  get marks(): readonly Mark[] {
    if (this.#held.length === 0) return [];
    const table = readMounts('self');
    const { ids } = this;
    return [...table]
      .filter(({ id }) => ids.has(id))
      .map((mount) => {
        const { device, root, mountPoint } = mount;
        return {
          shown: { device, root, mountPoint },
          isOnItself: isOnItself(mount, table),
          isSeen: table.at(mountPoint) === mount,
        };
      });
  }

  /** Holds what has these marks too: after a step that may have copied what is held. */
  hold(marks = this.marks): void {
    if (marks.length === 0) return;
    const table = readMounts('self');
    const ids = new Set(this.ids);
    for (const mount of marks.flatMap((mark) => withMark(mark, table))) {
      const fd = ids.has(mount.id) ? undefined : openMount(mount, table);
      if (fd !== undefined) this.add(fd);
      ids.add(mount.id);
    }
  }

  /**
   * Throws what the kernel says of a place that is no mount point, when `fd` is of such a place.
   *
   * @throws {MountError} EINVAL
   */
  refuse(fd: number, { action, path, dest }: Attempt, syscall: string): void {
    const { marks } = this;
    if (marks.length === 0) return;
    const table = readMounts('self');
    const id = mountIdOf('', fd);
    if (!marks.some((mark) => withMark(mark, table).some((mount) => mount.id === id))) return;
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
    for (const fd of this.#held.splice(0)) closeSync(fd);
  }
}

interface Mark {
  readonly shown: Pick<Mount, 'device' | 'root' | 'mountPoint'>;
  readonly isOnItself: boolean;
  /** Whether it is what is seen there. */
  readonly isSeen: boolean;
}

function withMark(mark: Mark, table: MountTable): Mount[] {
  return table.filter(mark.shown).filter((mount) => isOnItself(mount, table) === mark.isOnItself);
}

/** What somebody has bound over itself lies on a mount that shows the same. */
function isOnItself({ device, root, mountPoint, parentId }: Mount, table: MountTable): boolean {
  return table.find({ id: parentId, device, root, mountPoint }) !== undefined;
}

const EINVAL = 22;
