import { MOUNT_ATTR__ATIME } from '../../native/constants.cjs';
import type { MountAttributes } from '../../native/mount-tree.cjs';
import type { Mount } from '../mounts/mount.js';
import { type MountFlag, mountAttributes } from '../operations/mount-flags.js';

/** What mount_setattr(2) needs to give a new mount the flags of `mount`, but for its propagation. */
export function attributesOf({ options }: Pick<Mount, 'options'>): MountAttributes {
  const flags = KEPT.filter((flag) => options.includes(flag));
  if (!options.includes('relatime') && !options.includes('noatime')) flags.push('strictatime');
  return { attrSet: mountAttributes(flags), attrClr: MOUNT_ATTR__ATIME };
}

const KEPT: readonly MountFlag[] = [
  'ro',
  'nosuid',
  'nodev',
  'noexec',
  'noatime',
  'nodiratime',
  'nosymfollow',
];
