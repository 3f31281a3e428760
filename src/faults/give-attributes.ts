import { mountSetattr } from '../../native/mount-tree.cjs';
import { mountAttributesOf } from '../mounts/mount-flags.js';
import { readMounts } from '../mounts/read-mounts.js';
import { bindOverItself } from '../operations/bind-over-itself.js';
import type { Fault } from './recipe.js';

/**
 * Makes a directory or file a mount of its own, which shows the same, with `attributes` (`MOUNT_ATTR_*`) more.
 * The mounts below stay in sight as they are.
 */
export function giveAttributes(fault: Fault, attributes = 0): void {
  const { path, fd, steps } = fault;
  if (path === '/') {
    const before = mountAttributesOf(readMounts('self').containing(path)?.options ?? []);
    mountSetattr(fd, 0, { attrSet: attributes });
    steps.onFailure(() => mountSetattr(fd, 0, { attrClr: attributes & ~before }));
    return;
  }
  bindOverItself(fault, fault.steps, (tree) => mountSetattr(tree, 0, { attrSet: attributes }));
}
