import { inspect } from 'node:util';
import { invalidArgument } from '../errors/invalid-argument.js';

import type { Mount } from './mount.js';

/** Fields that a mount shall have; of `options`, `superOptions` and `unknownFields`, those that it has among others. */
export type MountPattern = { readonly [Field in keyof Mount]?: Mount[Field] };

/**
 * Whether a mount has what `pattern` says.
 *
 * @throws {TypeError} if `pattern` is not an object, names a field that mounts do not have, or gives one a value of another
 *   type, which no mount has.
 */
export function mountMatcher(pattern: MountPattern): (mount: Mount) => boolean {
  if (typeof pattern !== 'object' || pattern === null) {
    throw invalidArgument('pattern must be an object with fields of a mount', pattern);
  }
  const wanted = Object.entries(pattern) as [keyof Mount, Mount[keyof Mount]][];
  for (const [field, value] of wanted) {
    if (!Object.hasOwn(FIELDS, field)) {
      throw new TypeError(
        `pattern has a field that mounts do not have: ${inspect(field)} (${inspect(pattern)})`,
      );
    }
    const [kind, isOfKind] = FIELDS[field];
    if (!isOfKind(value)) throw invalidArgument(`pattern.${field} must be ${kind}`, value);
  }
  return (mount) => wanted.every(([field, value]) => agrees(mount[field], value));
}

function agrees(has: Mount[keyof Mount], wanted: Mount[keyof Mount]): boolean {
  if (typeof has !== 'object' || typeof wanted !== 'object') return has === wanted;
  return wanted.every((item) => has.includes(item));
}

type Kind = readonly [name: string, isOfKind: (value: unknown) => boolean];

const isText = (value: unknown) => typeof value === 'string';
const isNumber = (value: unknown) => typeof value === 'number';
const TEXT: Kind = ['a string', isText];
const NUMBER: Kind = ['a number', isNumber];
const GROUP: Kind = ['a number or undefined', (value) => value === undefined || isNumber(value)];
const LIST: Kind = ['an array of strings', (value) => Array.isArray(value) && value.every(isText)];
const FIELDS: { readonly [Field in keyof Mount]: Kind } = {
  id: NUMBER,
  parentId: NUMBER,
  device: TEXT,
  root: TEXT,
  mountPoint: TEXT,
  options: LIST,
  propagation: TEXT,
  peerGroup: GROUP,
  master: GROUP,
  propagateFrom: GROUP,
  unknownFields: LIST,
  fsType: TEXT,
  source: TEXT,
  superOptions: LIST,
};
