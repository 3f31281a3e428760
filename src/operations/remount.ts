import { AT_RECURSIVE } from '../../native/constants.cjs';
import { mountSetattr } from '../../native/mount-tree.cjs';
import { checkPath, withTarget } from '../files/target.js';
import { attributeChange, type MountFlagChange } from '../mounts/mount-flags.js';
import { printable } from '../mounts/printable.js';
import { operate } from './operate.js';
import { checkOptions } from './options.js';

/** What to change of a mount. */
export interface RemountOptions {
  /** Flags to set (`'noexec'`) or to take away (`'exec'`); those that are not named stay. */
  flags: readonly MountFlagChange[];
  /** The mounts below the target too. Not when left out. */
  recursive?: boolean | undefined;
}

/**
 * Changes flags of the mount at `target`, never options of its file system: those belong to a superblock that
 * other mounts show too, the host's among them.
 */
export function changeMountFlags(target: string, options: RemountOptions): void {
  const path = checkPath('target', target);
  refuseData(options);
  checkOptions('remount', options, ['flags'], ['recursive']);
  const { flags, recursive = false } = options;
  const change = attributeChange(flags);
  operate({ operation: 'remount', action: `remount ${printable(path)}`, path }, () =>
    withTarget(path, (fd) => mountSetattr(fd, recursive ? AT_RECURSIVE : 0, change)),
  );
}

function refuseData(options: unknown): void {
  if (typeof options !== 'object' || options === null || !Object.hasOwn(options, 'data')) return;
  throw new TypeError(
    'remount takes no data: options of a file system belong to its superblock, which the host may have mounted too. Mount a new file system instead',
  );
}
