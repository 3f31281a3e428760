import { closeSync, constants, fstatSync } from 'node:fs';
import { O_PATH } from '../../native/constants.cjs';
import { openat, openWithoutSymlinks } from '../../native/directories.cjs';
import { moveMount } from '../../native/mount-tree.cjs';
import { encodePath } from '../../native/path-bytes.cjs';
import { mountIdOf } from '../../native/statx.cjs';
import { succeeds } from '../../native/unless.cjs';
import type { Mount } from '../mounts/mount.js';
import type { MountTable } from '../mounts/mount-table.js';
import { withScratch } from './scratch.js';

/** The mount that `fd` lies on; one that is not in the table can't be told from others. */
export function findMount(table: MountTable, fd: number): Mount | undefined {
  return table.find({ id: mountIdOf('', fd) });
}

/** The mounts that are stacked at `path`, from the one that is seen there down. */
export function stackAt(path: string, table: MountTable): Mount[] {
  const stack: Mount[] = [];
  let mount = table.at(path);
  while (mount !== undefined && !stack.includes(mount)) {
    stack.push(mount);
    mount = table.find({ id: mount.parentId, mountPoint: path });
  }
  return stack;
}

/**
 * A descriptor (`O_PATH`) of a mount of `table`. No path leads to one that others are stacked on, so those are moved away
 * meanwhile. Undefined where that can't be, and for what lies below a directory that is covered.
 */
export function openMount(mount: Mount, table: MountTable): number | undefined {
  const { id, mountPoint } = mount;
  if (!stackAt(mountPoint, table).includes(mount)) return undefined;
  const path = encodePath(mountPoint);
  const open = (): number | undefined => {
    const fd = openWithoutSymlinks(path, O_PATH | constants.O_NOFOLLOW);
    let isFound = false;
    try {
      isFound = mountIdOf('', fd) === id;
      return isFound
        ? fd
        : withScratch((scratch) => {
            closeSync(openat(scratch, 'file', constants.O_CREAT));
            const place = fstatSync(fd).isDirectory() ? '' : 'file';
            if (!isMovedAway(fd, table, place, scratch)) return undefined;
            try {
              return open();
            } finally {
              moveMount(fd, path);
            }
          });
    } finally {
      if (!isFound) closeSync(fd);
    }
  };
  return open();
}

/** Moves a mount to the top of `/`, where no path leads, or to a place that is given, if it can be. */
export function isMovedAway(fd: number, table: MountTable, place = '/', dirfd?: number): boolean {
  // It would become shared itself.
  if (table.at('/')?.peerGroup !== undefined) return false;
  // It is locked, or on a shared mount; or a file.
  return succeeds(['EINVAL', 'ENOTDIR'], () => moveMount(fd, place, dirfd));
}
