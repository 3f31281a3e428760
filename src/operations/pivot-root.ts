import { chdir } from 'node:process';
import { AT_RECURSIVE, MNT_DETACH, MS_PRIVATE, OPEN_TREE_CLONE } from '../../native/constants.cjs';
import { fchdir, openDirectory } from '../../native/directories.cjs';
import { pivotRoot, umount2 } from '../../native/mount.cjs';
import { mountSetattr, openTree } from '../../native/mount-tree.cjs';
import { isMountRoot } from '../../native/statx.cjs';
import { checkPath, openTarget, withTarget } from '../files/target.js';
import { changeWorkingDirectory, readWorkingDirectory } from '../files/working-directory.js';
import { attachTo } from '../layers/attach-to.js';
import type { Steps } from '../layers/steps.js';
import { takingUnbindable } from '../layers/unbindable.js';
import { isBelow } from '../mounts/absolute-path.js';
import { printable } from '../mounts/printable.js';
import { pinsInPlace } from '../scope/scopes.js';
import { provideMountPoint } from './mount-point.js';
import { operateInSteps } from './operate.js';

/**
 * Makes `newRoot` the root of the process. The old root goes to `putOld`, a directory in the new root by its
 * path before the change; without, it goes away.
 */
export function changeRoot(newRoot: string, putOld: string | undefined): void {
  const path = checkPath('newRoot', newRoot);
  const old = putOld === undefined ? undefined : checkPath('putOld', putOld);
  if (old !== undefined && old !== path && !isBelow(old, path)) {
    throw new TypeError(`putOld must lie in newRoot (${printable(path)}), received ${printable(old)}`);
  }
  const action = `pivot_root to ${printable(path)}`;
  operateInSteps({ operation: 'pivotRoot', action, path, dest: old }, (steps) => {
    const cwd = readWorkingDirectory();
    const oldRoot = steps.closing(openDirectory('/'));
    const oldCwd = steps.closing(openDirectory('.'));
    steps.onFailure(() => fchdir(oldCwd));
    makeMountPoint(path, steps);
    if (old !== undefined) provideMountPoint(old, 'directory', steps);
    const pins = pinsInPlace();
    // Before copies have other paths.
    if (pins !== undefined) steps.onFailure(pins.hold());
    fchdir(steps.closing(openTarget(path)));
    pivotRoot('.', old?.slice(path.length + 1) || '.');
    steps.onFailure(() => {
      fchdir(oldRoot);
      pivotRoot('.', path.slice(1));
    });
    if (old === undefined) detach(oldRoot);
    if (pins !== undefined && pins.released !== '/') pins.released = old?.slice(path.length) || '\0';
    enterWorkingDirectory(cwd, path, steps);
  });
}

/** Binds the directory over itself when nothing is mounted there: pivot_root(2) wants a mount. */
function makeMountPoint(path: string, steps: Steps): void {
  withTarget(path, (fd) => {
    if (isMountRoot('', fd)) return;
    takingUnbindable(path, () => {
      const tree = steps.closing(openTree('', OPEN_TREE_CLONE | AT_RECURSIVE, fd));
      attachTo(fd, tree, steps);
    });
  });
}

/** Takes the old root away, which is stacked on the new one: `.` of the old one is the top-most there. */
function detach(oldRoot: number): void {
  fchdir(oldRoot);
  // Else mounts that are peers of mounts in the new root would take those with them.
  mountSetattr(oldRoot, AT_RECURSIVE, { propagation: MS_PRIVATE });
  umount2('.', MNT_DETACH);
}

/** The working directory stays the same if it is in the new root; else it is the new root. Never fails. */
function enterWorkingDirectory(before: string, newRoot: string, steps: Steps): void {
  try {
    changeWorkingDirectory(isBelow(before, newRoot) ? before.slice(newRoot.length) : '/', steps);
  } catch {
    chdir('/');
  }
}
