import { isReadOnly, type Mount } from './mount.js';
import { decodeOctal } from './octal.js';

/**
 * The options of a comma-separated list, decoded one by one: a comma inside an option is `\054`, or the
 * option is an SELinux context in quotes, the only ones that the kernel prints (security/selinux/hooks.c).
 * Quotes elsewhere are part of a name, an overlay's directory say.
 */
export function splitOptions(list: string): readonly string[] {
  if (list === '') return NONE;
  const raw = list.includes('context="') ? (list.match(OPTION) as string[]) : list.split(',');
  return Object.freeze(list.includes('\\') ? raw.map(decodeOctal) : raw);
}

/** No options, or no fields. */
export const NONE: readonly string[] = Object.freeze([]);

// An option, never empty at the end of the list; the comma before it is looked behind at.
const OPTION = /(?<=^|,)(?:(?:fs|def|root)?context="[^"]*"(?=,|$)|[^,]*)/g;

/**
 * The options as mount(8) prints them, those of the mount and those of its superblock in one list; the first
 * says what is in effect, so `ro` if one of the two is.
 */
export function mergeOptions(mount: Pick<Mount, 'options' | 'superOptions'>): string[] {
  const merged = new Set([isReadOnly(mount) ? 'ro' : 'rw']);
  for (const option of [...mount.options, ...mount.superOptions]) {
    if (option !== 'rw' && option !== 'ro') merged.add(option);
  }
  return [...merged];
}
