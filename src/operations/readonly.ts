import { AT_RECURSIVE, MOUNT_ATTR_RDONLY } from '../../native/constants.cjs';
import { mountSetattr } from '../../native/mount-tree.cjs';
import { isMountRoot } from '../../native/statx.cjs';
import { checkPath, openTarget } from '../files/target.js';
import { printable } from '../mounts/printable.js';
import { bindOverItself } from './bind-over-itself.js';
import { operateInSteps } from './operate.js';
import { checkOptions } from './options.js';

/** Options of making a directory or file read-only. */
export interface ReadonlyOptions {
  /** The mounts below the target too. Not when left out. */
  recursive?: boolean | undefined;
}

/** Refuses writes at `target` from now on. What is no mount point becomes one, bound over itself. */
export function makeReadOnly(target: string, options: ReadonlyOptions): void {
  const path = checkPath('target', target);
  checkOptions('readonly', options, [], ['recursive']);
  const flags = options.recursive ? AT_RECURSIVE : 0;
  const refuseWrites = (fd: number) => mountSetattr(fd, flags, { attrSet: MOUNT_ATTR_RDONLY });
  operateInSteps({ operation: 'remount', action: `make ${printable(path)} read-only`, path }, (steps) => {
    const fd = steps.closing(openTarget(path));
    if (isMountRoot('', fd)) refuseWrites(fd);
    // The mounts below come along in any case: otherwise they would be hidden.
    else bindOverItself({ path, fd }, steps, refuseWrites);
  });
}
