import { AT_SYMLINK_NOFOLLOW, OPEN_TREE_CLONE } from '../../native/constants.cjs';
import { openTree } from '../../native/mount-tree.cjs';
import { attachTo } from '../layers/attach-to.js';
import { withScratch } from '../layers/scratch.js';
import type { Fault } from './recipe.js';

/** Mounts what `make` makes in an empty tmpfs, by the name that it returns, on what the fault is induced on. */
export function mountReplacement({ fd, steps }: Fault, make: (scratch: number) => string): void {
  const made = withScratch((scratch) =>
    openTree(make(scratch), OPEN_TREE_CLONE | AT_SYMLINK_NOFOLLOW, scratch),
  );
  attachTo(fd, steps.closing(made), steps);
}
