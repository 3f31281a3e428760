import { AT_RECURSIVE, MS_BIND, MS_REMOUNT } from '../../native/constants.cjs';
import { mountIdOf } from '../../native/directories.cjs';
import { mount } from '../../native/mount.cjs';
import { mountSetattr } from '../../native/mount-tree.cjs';
import { SystemCallError } from '../../native/system-call-error.cjs';
import { MountError } from '../errors/mount-error.js';
import type { Steps } from '../layers/steps.js';
import { formatMount } from '../mounts/format-mount.js';
import type { Mount } from '../mounts/mount.js';
import { printable } from '../mounts/printable.js';
import { readMounts } from '../mounts/read-mounts.js';
import { type AttributeChange, changeFlagBits, mountFlagBits } from './mount-flags.js';

/** A change of flags, of one mount or of all mounts of a tree. */
export interface FlagChange extends AttributeChange {
  recursive: boolean;
}

/** Changes flags of the mount of the descriptor `fd`, which is in place at `path`. */
export function changeFlags(fd: number, path: string, change: FlagChange, steps: Steps): void {
  if (!hasChanged(fd, change)) changeFlagsInPlace(path, change, steps);
}

/** Changes flags of the mount of `fd`, all of them or none; false where the kernel lacks the call for it. */
export function hasChanged(fd: number, { recursive, ...attributes }: FlagChange): boolean {
  try {
    mountSetattr(fd, recursive ? AT_RECURSIVE : 0, attributes);
    return true;
  } catch (error) {
    if (error instanceof SystemCallError && error.code === 'ENOSYS') return false;
    throw error;
  }
}

/**
 * As {@link changeFlags}, through mount(2): it takes one mount at a time, found by its path, and sets all flags
 * at once, so those that are there have to be given again.
 */
export function changeFlagsInPlace(path: string, change: FlagChange, steps: Steps): void {
  const table = readMounts('self');
  const top = table.at(path);
  if (top === undefined) {
    // The kernel says that this is no mount point.
    mount({ target: path, flags: MS_REMOUNT | MS_BIND });
    return;
  }
  const tree = [top];
  if (change.recursive) for (const { id } of tree) tree.push(...table.filter({ parentId: id }));
  for (const each of tree) remountBind(each, change, steps);
}

function remountBind(each: Mount, change: FlagChange, steps: Steps): void {
  if (mountIdOf(each.mountPoint) !== each.id) throw hidden(each);
  const before = mountFlagBits(each.options);
  const remount = (flags: number) => mount({ target: each.mountPoint, flags: MS_REMOUNT | MS_BIND | flags });
  remount(changeFlagBits(before, change));
  steps.onFailure(() => remount(before));
}

function hidden(mount: Mount): MountError {
  return new MountError(
    {
      summary: `cannot change the flags of ${printable(mount.mountPoint)}: another mount hides it`,
      why: `no path leads to ${formatMount(mount)}, and this kernel has no mount_setattr(2)`,
      fix: 'use Linux 5.12 or newer, or leave recursive out',
    },
    { code: 'EBUSY', path: mount.mountPoint },
  );
}
