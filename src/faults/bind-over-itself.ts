import { AT_EMPTY_PATH, AT_RECURSIVE, OPEN_TREE_CLONE } from '../../native/constants.cjs';
import { mountSetattr, openTree } from '../../native/mount-tree.cjs';
import { takingUnbindable } from '../layers/unbindable.js';
import { readMounts } from '../mounts/read-mounts.js';
import { attachTo } from '../operations/attach.js';
import { mountAttributesOf } from '../operations/mount-flags.js';
import { findWorkingDirectory, followWorkingDirectory } from '../operations/working-directory.js';
import type { Fault } from './recipe.js';

/**
 * Makes a directory or file a mount of its own, which shows the same, with `attributes` (`MOUNT_ATTR_*`) more.
 * The mounts below stay in sight as they are.
 */
export function bindOverItself({ path, fd, steps }: Fault, attributes = 0): void {
  if (path === '/') {
    const before = mountAttributesOf(readMounts('self').containing(path)?.options ?? []);
    mountSetattr(fd, 0, { attrSet: attributes });
    steps.onFailure(() => mountSetattr(fd, 0, { attrClr: attributes & ~before }));
    return;
  }
  const cwd = findWorkingDirectory();
  takingUnbindable(path, () => {
    const tree = steps.closing(openTree('', OPEN_TREE_CLONE | AT_EMPTY_PATH | AT_RECURSIVE, fd));
    mountSetattr(tree, 0, { attrSet: attributes });
    attachTo(fd, tree, steps);
  });
  followWorkingDirectory(path, cwd, steps);
}
