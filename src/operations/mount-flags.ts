import { inspect } from 'node:util';
import {
  MOUNT_ATTR_NOATIME,
  MOUNT_ATTR_NODEV,
  MOUNT_ATTR_NODIRATIME,
  MOUNT_ATTR_NOEXEC,
  MOUNT_ATTR_NOSUID,
  MOUNT_ATTR_NOSYMFOLLOW,
  MOUNT_ATTR_RDONLY,
  MOUNT_ATTR_RELATIME,
  MOUNT_ATTR_STRICTATIME,
  MS_NOATIME,
  MS_NODEV,
  MS_NODIRATIME,
  MS_NOEXEC,
  MS_NOSUID,
  MS_NOSYMFOLLOW,
  MS_RDONLY,
  MS_RELATIME,
  MS_STRICTATIME,
} from '../../native/constants.cjs';

// A flag of a mount has one name in mount(8), one bit in mount(2) and another in mount_setattr(2).
const FLAGS = {
  ro: [MS_RDONLY, MOUNT_ATTR_RDONLY],
  nosuid: [MS_NOSUID, MOUNT_ATTR_NOSUID],
  nodev: [MS_NODEV, MOUNT_ATTR_NODEV],
  noexec: [MS_NOEXEC, MOUNT_ATTR_NOEXEC],
  noatime: [MS_NOATIME, MOUNT_ATTR_NOATIME],
  nodiratime: [MS_NODIRATIME, MOUNT_ATTR_NODIRATIME],
  relatime: [MS_RELATIME, MOUNT_ATTR_RELATIME],
  strictatime: [MS_STRICTATIME, MOUNT_ATTR_STRICTATIME],
  nosymfollow: [MS_NOSYMFOLLOW, MOUNT_ATTR_NOSYMFOLLOW],
} as const;

/** A flag of one mount, by its name in mount(8). Flags of the whole file system go into `data`. */
export type MountFlag = keyof typeof FLAGS;

/**
 * The `MOUNT_ATTR_*` bits of flags given by name, or as the `MS_*` bits of mount(2).
 *
 * @throws {TypeError} naming a flag that is unknown, or that is no flag of a single mount.
 */
export function mountAttributes(flags: readonly MountFlag[] | number): number {
  const names = typeof flags === 'number' ? namesOf(flags) : flags;
  if (!Array.isArray(names))
    throw new TypeError(`flags must be a list of names or a number, received ${inspect(flags)}`);
  return names.reduce((bits, name) => bits | attributeOf(name), 0);
}

function attributeOf(name: unknown): number {
  if (typeof name !== 'string' || !Object.hasOwn(FLAGS, name)) {
    throw new TypeError(`unknown mount flag ${inspect(name)}, known are ${Object.keys(FLAGS).join(', ')}`);
  }
  return FLAGS[name as MountFlag][1];
}

function namesOf(bits: number): MountFlag[] {
  const names = (Object.keys(FLAGS) as MountFlag[]).filter((name) => (bits & FLAGS[name][0]) !== 0);
  const rest = names.reduce((left, name) => left & ~FLAGS[name][0], bits);
  if (!Number.isInteger(bits) || rest !== 0) {
    throw new TypeError(
      `flags hold bits that are no flags of a single mount: ${inspect(bits)} (left over: ${rest})`,
    );
  }
  return names;
}
