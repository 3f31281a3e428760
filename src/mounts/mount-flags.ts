import { inspect } from 'node:util';
import {
  MOUNT_ATTR__ATIME,
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
import { invalidArgument } from '../errors/invalid-argument.js';
import { misplacedBits, misplacedFlag } from './misplaced-flags.js';

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
} as const satisfies Record<MountFlag, readonly [number, number]>;

// The names that take a flag away (mount(8)).
const OPPOSITES = {
  rw: MOUNT_ATTR_RDONLY,
  suid: MOUNT_ATTR_NOSUID,
  dev: MOUNT_ATTR_NODEV,
  exec: MOUNT_ATTR_NOEXEC,
  diratime: MOUNT_ATTR_NODIRATIME,
  symfollow: MOUNT_ATTR_NOSYMFOLLOW,
} as const satisfies Record<Exclude<MountFlagChange, MountFlag>, number>;

// Of these a mount has exactly one.
const ATIME = ['relatime', 'noatime', 'strictatime'];

/** A flag of one mount, by its name in mount(8). Flags of the whole file system go into `data`. */
export type MountFlag =
  | 'ro'
  | 'nosuid'
  | 'nodev'
  | 'noexec'
  | 'noatime'
  | 'nodiratime'
  | 'relatime'
  | 'strictatime'
  | 'nosymfollow';

/** A flag to set or, by its opposite in mount(8), to take away. */
export type MountFlagChange = MountFlag | 'rw' | 'suid' | 'dev' | 'exec' | 'diratime' | 'symfollow';

/**
 * The `MOUNT_ATTR_*` bits of flags given by name.
 *
 * @throws {TypeError} naming a flag that is unknown, or that is no flag of a single mount.
 */
export function mountAttributes(flags: readonly MountFlag[], what?: string): number {
  return checkNames(flags, what).reduce((bits, name) => bits | attributeOf(name, Object.keys(FLAGS)), 0);
}

/** As {@link mountAttributes}; the flags may also be the `MS_*` bits of mount(2). */
export function mountAttributesOrBits(flags: readonly MountFlag[] | number): number {
  return mountAttributes(typeof flags === 'number' ? namesOf(flags) : flags, 'a list of names or a number');
}

/** What mount_setattr(2) shall set and clear. */
export interface AttributeChange {
  attrSet: number;
  attrClr: number;
}

/** The change that flags by name, or by the name of their opposite, ask for. What is not named stays. */
export function attributeChange(flags: readonly MountFlagChange[]): AttributeChange {
  const change = { attrSet: 0, attrClr: 0 };
  const known = [...Object.keys(FLAGS), ...Object.keys(OPPOSITES)];
  for (const name of checkNames(flags)) {
    if (Object.hasOwn(OPPOSITES, name)) change.attrClr |= OPPOSITES[name as keyof typeof OPPOSITES];
    else change.attrSet |= attributeOf(name, known);
    if (ATIME.includes(name)) change.attrClr |= MOUNT_ATTR__ATIME;
  }
  const both = change.attrSet & change.attrClr & ~MOUNT_ATTR__ATIME;
  if (both !== 0) throw new TypeError(`flags name a flag and its opposite: ${inspect(flags)}`);
  return change;
}

/** The `MOUNT_ATTR_*` bits of a mount's options in mountinfo. */
export function mountAttributesOf(options: readonly string[]): number {
  const names = options.filter((name) => Object.hasOwn(FLAGS, name)) as MountFlag[];
  return mountAttributes(names.some((name) => ATIME.includes(name)) ? names : [...names, 'strictatime']);
}

function checkNames(flags: unknown, what = 'a list of names'): readonly string[] {
  if (!Array.isArray(flags)) throw invalidArgument(`flags must be ${what}`, flags);
  if (flags.filter((name) => ATIME.includes(name)).length > 1) {
    throw invalidArgument(`flags may name one of ${ATIME.join(', ')}`, flags);
  }
  return flags;
}

function attributeOf(name: unknown, known: readonly string[]): number {
  if (typeof name === 'string' && Object.hasOwn(FLAGS, name)) return FLAGS[name as MountFlag][1];
  throw (
    misplacedFlag(name) ?? new TypeError(`unknown mount flag ${inspect(name)}, known are ${known.join(', ')}`)
  );
}

function namesOf(bits: number): MountFlag[] {
  if (!Number.isInteger(bits)) throw invalidArgument('flags must be a whole number', bits);
  const misplaced = misplacedBits(bits);
  if (misplaced !== undefined) throw misplaced;
  const names = (Object.keys(FLAGS) as MountFlag[]).filter((name) => (bits & FLAGS[name][0]) !== 0);
  const rest = names.reduce((left, name) => left & ~FLAGS[name][0], bits);
  if (rest !== 0) {
    throw new TypeError(
      `flags hold bits that are no flags of a single mount: ${inspect(bits)} (left over: ${rest})`,
    );
  }
  return names;
}
