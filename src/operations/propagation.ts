import { AT_RECURSIVE, MS_PRIVATE, MS_SHARED, MS_SLAVE, MS_UNBINDABLE } from '../../native/constants.cjs';
import { mountSetattr } from '../../native/mount-tree.cjs';
import { invalidArgument } from '../errors/invalid-argument.js';
import { checkPath, withTarget } from '../files/target.js';
import { printable } from '../mounts/printable.js';
import { operate } from './operate.js';
import { checkOptions } from './options.js';

const TYPES = {
  private: MS_PRIVATE,
  shared: MS_SHARED,
  slave: MS_SLAVE,
  unbindable: MS_UNBINDABLE,
} satisfies Record<PropagationType, number>;

/** A propagation type that a mount can be given (mount_namespaces(7), "SHARED SUBTREES"). */
export type PropagationType = 'private' | 'shared' | 'slave' | 'unbindable';

/** Options of a change of propagation. */
export interface PropagationOptions {
  /** The mounts below the target too. Not when left out. */
  recursive?: boolean | undefined;
}

/** Gives the mount at `target` a propagation type. */
export function setPropagation(target: string, type: PropagationType, options: PropagationOptions): void {
  const path = checkPath('target', target);
  if (typeof type !== 'string' || !Object.hasOwn(TYPES, type)) {
    const known = Object.keys(TYPES).join(', ');
    throw invalidArgument(`type must be one of ${known}`, type);
  }
  checkOptions('propagation', options, [], ['recursive']);
  operate({ operation: 'propagation', action: `make ${printable(path)} ${type}`, path }, () =>
    withTarget(path, (fd) =>
      mountSetattr(fd, options.recursive ? AT_RECURSIVE : 0, { propagation: TYPES[type] }),
    ),
  );
}
