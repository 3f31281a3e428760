import { AT_RECURSIVE, OPEN_TREE_CLONE } from '../../native/constants.cjs';
import { openTree } from '../../native/mount-tree.cjs';
import type { Target } from '../files/target.js';
import { findWorkingDirectory, followWorkingDirectory } from '../files/working-directory.js';
import { attachTo } from '../layers/attach-to.js';
import type { Steps } from '../layers/steps.js';
import { takingUnbindable } from '../layers/unbindable.js';

/** Makes a directory or file a mount of its own, which shows the same; `prepare` gets it before it is in place. */
export function bindOverItself({ path, fd }: Target, steps: Steps, prepare: (tree: number) => void): void {
  const cwd = findWorkingDirectory();
  takingUnbindable(path, () => {
    const tree = steps.closing(openTree('', OPEN_TREE_CLONE | AT_RECURSIVE, fd));
    prepare(tree);
    attachTo(fd, tree, steps);
  });
  followWorkingDirectory(path, cwd, steps);
}
