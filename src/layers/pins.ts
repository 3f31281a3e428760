import { closeSync } from 'node:fs';
import { MOUNT_ATTR_RDONLY, MS_PRIVATE, OPEN_TREE_CLONE } from '../../native/constants.cjs';
import { openDirectory } from '../../native/directories.cjs';
import { mountSetattr, moveMount, openTree } from '../../native/mount-tree.cjs';
import { encodePath } from '../../native/path-bytes.cjs';
import { isMountRoot, mountIdOf } from '../../native/statx.cjs';
import { describeErrno } from '../../native/system-call-error.cjs';
import { using } from '../../native/using.cjs';
import type { Attempt } from '../errors/failure.js';
import { MountError } from '../errors/mount-error.js';
import { openIfThere } from '../files/target.js';
import { isBelow, join, pathBelow } from '../mounts/absolute-path.js';
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
  /** What may go with the pins below: a root that was left, which is mounted here, or all, where nothing is beneath. */
  released = '\0';

  /** Takes `fd`, a descriptor of the mount. */
  add(fd: number): void {
    this.#held.push(fd);
  }

  get isEmpty(): boolean {
    return this.#held.length === 0;
  }

  /** The ids of the mounts. */
  get ids(): ReadonlySet<number> {
    return new Set(this.#held.map((fd) => mountIdOf('', fd)));
  }

  /** What tells them, and their copies at the same places, from other mounts. */
  get marks(): readonly Mark[] {
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

  /** Holds what has these marks in a tree that has just been copied, or stands in for the one that had them. */
  inherit(marks: readonly Mark[]): void {
    for (const { shown, isSeen } of marks) {
      if (isSeen) this.add(openDirectory(encodePath(shown.mountPoint)));
    }
    this.hold(marks);
  }

  /** Holds what has these marks too: after a step that may have copied what is held. Returns what lets go of it. */
  hold(marks = this.marks): () => void {
    const { length } = this.#held;
    const table = readMounts('self');
    const ids = new Set(this.ids);
    for (const mount of marks.flatMap((mark) => withMark(mark, table))) {
      const fd = ids.has(mount.id) ? undefined : openMount(mount, table);
      if (fd !== undefined) this.add(fd);
      ids.add(mount.id);
    }
    return () => closeAll(this.#held.splice(length));
  }

  /**
   * Throws when the mount of `fd` must stay: a pin, of which the kernel would say that it is no mount point, or one
   * without which a pin would go, and what lies beneath be written to.
   *
   * @throws {MountError} EINVAL or EBUSY
   */
  refuse(fd: number, what: Attempt, syscall: string): void {
    if (!isMountRoot('', fd)) return;
    const table = readMounts('self');
    const id = mountIdOf('', fd);
    const pins = this.marks.flatMap((mark) => withMark(mark, table));
    if (pins.some((pin) => pin.id === id)) {
      const why = `${printable(what.path)} is not a mount point: the scope has made it copy-on-write`;
      throw refusal(EINVAL, what, syscall, why);
    }
    const gone = goneWith(id, table, syscall === 'umount2');
    const left = new Set(pins.filter((pin) => !gone.has(pin.id)).map(({ mountPoint }) => mountPoint));
    const isGoing = [what.path, '/'].includes(this.released);
    const lost = pins.find(
      ({ mountPoint }) => !left.has(mountPoint) && !(isGoing && isBelow(mountPoint, this.released)),
    );
    if (lost !== undefined) throw uncovering(lost.mountPoint, what, syscall);
  }

  /** Puts copies of the pins below `from` on its copy at `to`, where they did not come along. */
  carry(from: string, to: string, what: Attempt, isReadonly = false): void {
    for (const [mountPoint, fds] of this.#stacksBelow(from)) {
      const place = join(to, pathBelow(mountPoint, from));
      const target = openIfThere(place);
      if (target === undefined) {
        if (place === mountPoint && this.released !== '/') throw uncovering(place, what, 'move_mount');
        continue;
      }
      using(target, () => {
        for (const fd of isMountRoot('', target) ? [] : fds) {
          // It may be unbindable.
          mountSetattr(fd, 0, { propagation: MS_PRIVATE });
          using(openTree('', OPEN_TREE_CLONE, fd), (tree) => {
            if (isReadonly) mountSetattr(tree, 0, { attrSet: MOUNT_ATTR_RDONLY });
            moveMount(tree, '', target);
          });
        }
      });
    }
  }

  /** Mount point → what is stacked there, upwards: of all stacks at a place, which show the same, the latest. */
  #stacksBelow(from: string): Map<string, number[]> {
    const table = readMounts('self');
    const fds = new Map(this.#held.map((fd) => [mountIdOf('', fd), fd]));
    const stacks = new Map<string, number[]>();
    for (const { id, parentId, mountPoint } of table) {
      const fd = fds.get(id);
      if (fd === undefined || !isBelow(mountPoint, from)) continue;
      const isFirst = table.find({ id: parentId, mountPoint }) === undefined;
      stacks.set(mountPoint, isFirst ? [fd] : [...(stacks.get(mountPoint) ?? []), fd]);
    }
    return stacks;
  }

  close(): void {
    closeAll(this.#held.splice(0));
  }
}

function closeAll(fds: readonly number[]): void {
  for (const fd of fds) closeSync(fd);
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

/** The ids of all that goes with the mount `id`: what lies on it and, where that travels, at the same places on peers. */
function goneWith(id: number, table: MountTable, isTravelling: boolean): Set<unknown> {
  const byId = new Map([...table].map((mount) => [mount.id, mount]));
  const gone = new Set<unknown>([id]);
  for (let size = 0; size < gone.size; ) {
    size = gone.size;
    for (const { id, parentId, device, root } of table) {
      const { peerGroup, master } = byId.get(parentId) ?? {};
      const on = (group: number | undefined) => `${group} ${device} ${root}`;
      if (![id, parentId, on(peerGroup), on(master)].some((each) => gone.has(each))) continue;
      gone.add(id);
      if (isTravelling && peerGroup !== undefined) gone.add(on(peerGroup));
    }
  }
  return gone;
}

function uncovering(place: string, what: Attempt, syscall: string): MountError {
  const why = `it would uncover what is beneath ${printable(place)}, which the scope has made copy-on-write`;
  return refusal(EBUSY, what, syscall, why, 'do it outside of that scope, or use copyOnWrite: true');
}

function refusal(errno: number, what: Attempt, syscall: string, why: string, fix?: string): MountError {
  const { code, description } = describeErrno(errno);
  const { action, path, dest } = what;
  const summary = `${action} failed: ${syscall}(2) ${code}, ${description}`;
  return new MountError({ summary, why, fix }, { code, errno: -errno, syscall, path, dest });
}

const EBUSY = 16;
const EINVAL = 22;
