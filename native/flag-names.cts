import type * as Constants from './constants.cjs';

type Prefix = 'MS_' | 'MNT_' | 'UMOUNT_' | 'CLONE_' | 'OPEN_TREE_' | 'MOVE_MOUNT_' | 'MOUNT_ATTR_' | 'AT_';

/** A flag word as strace(1) shows it, `MS_BIND|MS_REC` say; bits without a name stay in hex. */
export function flagNames(prefix: Prefix | readonly Prefix[], flags: number): string {
  // For messages only: elsewhere the numbers themselves are in the code.
  const constants = require('./constants.cjs') as typeof Constants;
  const names: string[] = [];
  let rest = flags >>> 0;
  for (const each of [prefix].flat()) {
    for (const [name, value] of Object.entries(constants)) {
      if (name.startsWith(each) && value !== 0 && (rest & value) >>> 0 === value >>> 0) {
        names.push(name);
        rest = (rest & ~value) >>> 0;
      }
    }
  }
  if (rest !== 0) names.push(`0x${rest.toString(16)}`);
  return names.join('|') || '0';
}
