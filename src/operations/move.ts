import { moveMount } from '../../native/mount-tree.cjs';
import type { Attempt } from '../errors/failure.js';
import { checkPath, refuseRoot, withTarget } from '../files/target.js';
import { refreshWorkingDirectory } from '../files/working-directory.js';
import { printable } from '../mounts/printable.js';
import { pinsInPlace } from '../scope/scopes.js';
import { kindOf } from './attach.js';
import { provideMountPoint } from './mount-point.js';
import { operateInSteps } from './operate.js';

/** Moves the mount at `from`, with all mounts below it, to `to`. */
export function moveMountPoint(from: string, to: string): void {
  const source = checkPath('from', from);
  const target = checkPath('to', to);
  refuseRoot(target);
  const action = `move ${printable(source)} to ${printable(target)}`;
  const what: Attempt = { operation: 'move', action, path: source, dest: target, sources: { from: source } };
  operateInSteps(what, (steps) => {
    withTarget(source, (mount) => pinsInPlace()?.refuse(mount, what, 'move_mount'));
    const fd = provideMountPoint(target, withTarget(source, kindOf), steps);
    // Opened afterwards: what covers a directory has copies of the mounts below on top.
    withTarget(source, (mount) => moveMount(mount, '', fd));
    // It may have moved along.
    refreshWorkingDirectory();
  });
}
