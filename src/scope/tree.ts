import fs from 'node:fs';
import { AT_RECURSIVE, MNT_DETACH, MS_PRIVATE, OPEN_TREE_CLONE } from '../../native/constants.cjs';
import { chroot, fchdir, mountIdOf, openDirectory } from '../../native/directories.cjs';
import { umount2 } from '../../native/mount.cjs';
import { mountSetattr, moveMount, openTree } from '../../native/mount-tree.cjs';
import { keepTree, takeSpareTree, watchTree } from './spare-tree.js';

/** A private copy of the mount tree, in place as `/` until it is left. */
export interface EnteredTree {
  /** Puts root, cwd, umask and the mounts back as they were. Needs no path, no /proc and no new descriptor. */
  leave(): void;
}

/**
 * Copies the mount tree of this process and moves into the copy, stacked over `/`.
 *
 * Everything that runs in this process follows, since Node's threads share one fs_struct; so does every child
 * that starts later. When a step fails, the steps before it are undone and its error is thrown.
 *
 * @param isOutermost whether it is the worker's own tree, of which a copy may be at hand
 */
export function enterTree({ isOutermost }: { isOutermost: boolean }): EnteredTree {
  const cwdPath = process.cwd();
  const undo: (() => void)[] = [];
  try {
    const root = keep(openDirectory('/'), undo);
    const cwd = keep(openDirectory('.'), undo);
    const umask = process.umask();
    const baseId = mountIdOf(TOP_OF_ROOT);
    const tree = (isOutermost ? takeSpareTree() : undefined) ?? openTree('/', OPEN_TREE_CLONE | AT_RECURSIVE);
    let isKept = false;
    undo.push(() => {
      if (!isKept) fs.closeSync(tree);
    });
    // Before it is in place: a copy that is a peer of the originals would take them with it when it goes.
    mountSetattr(tree, AT_RECURSIVE, { propagation: MS_PRIVATE });
    moveMount(tree, '/');
    undo.push(() => {
      isKept = isOutermost && keepTree(tree);
      if (!isKept) popMounts(baseId);
    });
    if (isOutermost) watchTree();
    fchdir(tree);
    undo.push(() => fchdir(cwd));
    chroot('.');
    undo.push(() => returnTo(root));
    process.chdir(cwdPath);
    undo.push(() => process.umask(umask));
    return { leave: () => undoAll(undo) };
  } catch (error) {
    undoAll(undo);
    throw error;
  }
}

function keep(fd: number, undo: (() => void)[]): number {
  undo.push(() => fs.closeSync(fd));
  return fd;
}

function returnTo(root: number): void {
  fchdir(root);
  chroot('.');
}

/**
 * Takes everything off `/` that was not there at entry: the copy, and whatever was stacked over it. umount2(2)
 * on `/` takes the top-most mount, `/..` tells which that is.
 */
function popMounts(baseId: number): void {
  while (mountIdOf(TOP_OF_ROOT) !== baseId) umount2('/', MNT_DETACH);
}

function undoAll(undo: (() => void)[]): void {
  const errors: unknown[] = [];
  for (let step = undo.pop(); step !== undefined; step = undo.pop()) {
    try {
      step();
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length === 1) throw errors[0];
  if (errors.length > 1) throw new AggregateError(errors, 'the mount tree could not be put back');
}

const TOP_OF_ROOT = '/..';
