import { compareText } from './absolute-path.js';
import type { Mount } from './mount.js';
import type { MountTable } from './mount-table.js';

/** The mounts of `table` that can be seen, each after the one that it lies on. */
export function visibleMounts(table: MountTable): Mount[] {
  return [...table]
    .filter((mount) => table.at(mount.mountPoint) === mount)
    .sort((a, b) => compareText(a.mountPoint, b.mountPoint));
}
