import { AT_RECURSIVE, OPEN_TREE_CLONE } from '../../native/constants.cjs';
import { openTree } from '../../native/mount-tree.cjs';
import { encodePath } from '../../native/path-bytes.cjs';
import type { MountTable } from '../mounts/mount-table.js';

/** An absolute path for calls with a descriptor of the root directory, as which another one may be in place. */
export function fromRoot(path: string): Buffer {
  return path === '/' ? Buffer.from('.') : encodePath(path.slice(1));
}

/** A detached copy of the whole tree below `root`, as a descriptor. */
export function copyTree(root: number): number {
  return openTree('.', OPEN_TREE_CLONE | AT_RECURSIVE, root);
}

/** Whether `error` says that `path` can't be copied without the mounts that are locked below (mount_namespaces(7)). */
export function isLocked(error: unknown, path: string, table: MountTable): boolean {
  return (error as NodeJS.ErrnoException).code === 'EINVAL' && table.under(path).length > 0;
}
