import { MOUNT_ATTR__ATIME } from '../../native/constants.cjs';
import type { MountAttributes } from '../../native/mount-tree.cjs';
import type { Mount } from '../mounts/mount.js';
import { mountAttributesOf } from '../mounts/mount-flags.js';

/** What mount_setattr(2) needs to give a new mount the flags of `mount`, but for its propagation. */
export function attributesOf({ options }: Pick<Mount, 'options'>): MountAttributes {
  return { attrSet: mountAttributesOf(options), attrClr: MOUNT_ATTR__ATIME };
}
