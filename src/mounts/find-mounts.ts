import { inspect } from 'node:util';

import type { Mount } from './mount.js';

/** Fields that a mount shall have; of `options`, `superOptions` and `unknownFields`, those that it has among others. */
export type MountPattern = { readonly [Field in keyof Mount]?: Mount[Field] };

/**
 * Whether a mount has what `pattern` says.
 *
 * @throws {TypeError} if `pattern` is not an object, or names a field that mounts do not have.
 */
export function mountMatcher(pattern: MountPattern): (mount: Mount) => boolean {
  if (typeof pattern !== 'object' || pattern === null) {
    throw new TypeError(`pattern must be an object with fields of a mount, received ${inspect(pattern)}`);
  }
  const wanted = Object.entries(pattern) as [keyof Mount, Mount[keyof Mount]][];
  for (const [field, value] of wanted) {
    if (!FIELDS.has(field)) {
      throw new TypeError(
        `pattern has a field that mounts do not have: ${inspect(field)} (${inspect(pattern)})`,
      );
    }
    if (LISTS.has(field) && !Array.isArray(value)) {
      throw new TypeError(`pattern.${field} must be an array of strings, received ${inspect(value)}`);
    }
  }
  return (mount) => wanted.every(([field, value]) => agrees(mount[field], value));
}

function agrees(has: Mount[keyof Mount], wanted: Mount[keyof Mount]): boolean {
  if (typeof has !== 'object' || typeof wanted !== 'object') return has === wanted;
  return wanted.every((item) => has.includes(item));
}

const LISTS: ReadonlySet<string> = new Set(['options', 'superOptions', 'unknownFields']);
const FIELDS: ReadonlySet<string> = new Set([
  ...LISTS,
  'id',
  'parentId',
  'device',
  'root',
  'mountPoint',
  'propagation',
  'peerGroup',
  'master',
  'propagateFrom',
  'fsType',
  'source',
]);
