import { AT_EMPTY_PATH, AT_RECURSIVE, MOUNT_ATTR_RDONLY, OPEN_TREE_CLONE } from '../../native/constants.cjs';
import { isMountRoot } from '../../native/directories.cjs';
import { openTree } from '../../native/mount-tree.cjs';
import { attempt } from '../errors/explain-mount.js';
import { inSteps } from '../layers/steps.js';
import { takingUnbindable } from '../layers/unbindable.js';
import { printable } from '../mounts/printable.js';
import { requireEntered } from '../namespace/guard.js';
import { attachTo } from './attach.js';
import { changeFlags, changeFlagsInPlace, hasChanged } from './change-flags.js';
import { checkBoolean, checkOptions } from './options.js';
import { checkPath, openTarget } from './target.js';
import { findWorkingDirectory, followWorkingDirectory } from './working-directory.js';

/** Options of making a directory or file read-only. */
export interface ReadonlyOptions {
  /** The mounts below the target too. Not when left out. */
  recursive?: boolean | undefined;
}

/** Refuses writes at `target` from now on. What is no mount point becomes one, bound over itself. */
export function makeReadOnly(target: string, options: ReadonlyOptions): void {
  const path = checkPath('target', target);
  checkOptions('readonly', options, ['recursive']);
  checkBoolean('recursive', options.recursive);
  const { recursive = false } = options;
  requireEntered();
  const change = { attrSet: MOUNT_ATTR_RDONLY, attrClr: 0, recursive };
  attempt({ operation: 'remount', action: `make ${printable(path)} read-only`, path }, () =>
    inSteps((steps) => {
      const fd = steps.closing(openTarget(path));
      if (isMountRoot('', fd)) return changeFlags(fd, path, change, steps);
      // The mounts below come along in any case: otherwise they would be hidden.
      const cwd = findWorkingDirectory();
      takingUnbindable(path, () => {
        const tree = steps.closing(openTree('', OPEN_TREE_CLONE | AT_EMPTY_PATH | AT_RECURSIVE, fd));
        const isDone = hasChanged(tree, change);
        attachTo(fd, tree, steps);
        if (!isDone) changeFlagsInPlace(path, change, steps);
      });
      followWorkingDirectory(path, cwd, steps);
    }),
  );
}
