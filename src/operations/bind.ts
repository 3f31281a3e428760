import { AT_RECURSIVE, MOUNT_ATTR_RDONLY, OPEN_TREE_CLONE } from '../../native/constants.cjs';
import { mountSetattr, openTree } from '../../native/mount-tree.cjs';
import type { Attempt } from '../errors/failure.js';
import { realPathOf } from '../files/real-path.js';
import { checkPath } from '../files/target.js';
import { printable } from '../mounts/printable.js';
import { pinsInPlace } from '../scope/scopes.js';
import { attachTree } from './attach.js';
import { operateInSteps } from './operate.js';
import { checkOptions } from './options.js';

/** Options of a bind mount. */
export interface BindOptions {
  /** Take the mounts below the source along, but for unbindable ones. Not when left out. */
  recursive?: boolean | undefined;
  /** Refuse writes through the new mount; with `recursive`, through all of the new mounts. */
  readonly?: boolean | undefined;
}

/** Makes the directory or file `source` visible at `target` too. */
export function bindMount(source: string, target: string, options: BindOptions): void {
  const from = checkPath('source', source);
  const to = checkPath('target', target);
  checkOptions('bind', options, [], ['recursive', 'readonly']);
  const { recursive = false, readonly = false } = options;
  const action = `bind ${printable(from)} on ${printable(to)}`;
  const what: Attempt = { operation: 'bind', action, path: from, dest: to, sources: { source: from } };
  operateInSteps(what, (steps) => {
    const flags = recursive ? AT_RECURSIVE : 0;
    const tree = steps.closing(openTree(from, OPEN_TREE_CLONE | flags));
    // Before it is in place, so that there is no moment at which it can be written to.
    if (readonly) mountSetattr(tree, flags, { attrSet: MOUNT_ATTR_RDONLY });
    const pins = pinsInPlace();
    const real = pins && realPathOf(from);
    attachTree(tree, to, steps);
    if (real !== undefined) pins?.carry(real, to, what, readonly);
  });
}
