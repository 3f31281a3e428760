import { closeSync } from 'node:fs';
import { umask as changeUmask, geteuid, getuid, seteuid } from 'node:process';
import { AT_RECURSIVE, MNT_DETACH, MS_PRIVATE } from '../../native/constants.cjs';
import { chdir, chroot, fchdir, openDirectory } from '../../native/directories.cjs';
import { umount2 } from '../../native/mount.cjs';
import { mountSetattr, moveMount } from '../../native/mount-tree.cjs';
import { encodePath } from '../../native/path-bytes.cjs';
import { locationOf, mountIdOf } from '../../native/statx.cjs';
import { using } from '../../native/using.cjs';
import { type CopyOnWrite, CopyOnWriteTree } from '../copy-on-write/copy-on-write-tree.js';
import type { Layer } from '../copy-on-write/layer.js';
import { copyTree } from '../copy-on-write/old-tree.js';
import { messageOf } from '../errors/message-of.cjs';
import { refreshWorkingDirectory } from '../files/working-directory.js';
import { Pins } from '../layers/pins.js';
import { takingUnbindable } from '../layers/unbindable.js';
import { requireEntered } from '../namespace/guard.js';
import { withOverrides } from '../namespace/privileges.cjs';
import { findEntryDirectory, noEntryDirectory } from './entry-directory.js';
import { explainEntry } from './explain-entry.js';
import { openHome } from './home.js';
import { canKeepTree, keepTree, takeSpareTree, watchTree } from './spare-tree.js';

/** A private copy of the mount tree, in place as `/` until it is left. */
export interface EnteredTree {
  /** A descriptor of the root directory that it was entered from. */
  readonly root: number;
  /** The id of the mount that it is stacked on. */
  readonly baseId: number;
  /** What makes it copy-on-write, where it is. */
  readonly copyOnWrite: CopyOnWriteTree | undefined;
  /** The mounts that nobody shall take away. */
  readonly pins: Pins;
  /** Puts root, cwd, umask and propagation types as they were at the beginning. Not for one that is copy-on-write. */
  reset(): void;
  /** Goes to where the tree was entered from, and leaves it in place. */
  stepOut(): void;
  /** Whether the process is back where the tree was entered from. */
  isLeft(): boolean;
  /**
   * Whether it can be kept for the next scope: certainly nobody has changed it, and nobody is in it. To be asked once,
   * right before {@link leave}, which is to be told.
   */
  canBeKept(): boolean;
  /** Puts root, cwd, umask and the mounts back as they were. Needs no path, no /proc and no new descriptor. */
  leave(isToBeKept?: boolean): void;
}

/** What tree to enter. */
export interface TreeOptions {
  /** Whether it is the worker's own tree that is copied, of which a copy may be at hand. */
  isOutermost: boolean;
  copyOnWrite: CopyOnWrite | false;
  /** The layers of the scopes around. */
  outer: readonly Layer[];
  /** The pins of the tree that is copied. */
  outerPins?: Pins | undefined;
}

/**
 * Copies the mount tree of this process and moves into the copy, stacked over `/`.
 *
 * Everything that runs in this process follows, since Node's threads share one fs_struct; so does every child
 * that starts later. When a step fails, the steps before it are undone and its error is thrown.
 */
export function enterTree({ isOutermost, copyOnWrite, outer, outerPins }: TreeOptions): EnteredTree {
  const undo: Undo = [];
  try {
    const here = locationOf('.');
    const cwdPath = findEntryDirectory(here);
    if (cwdPath === undefined && copyOnWrite !== false) throw noEntryDirectory();
    const { root, rootId, cwd, baseId, isSameRoot } = openHome({
      here,
      canKeep: isOutermost,
      closing: (fd) => undo.push(() => closeSync(fd)),
    });
    const umask = readUmask();
    const end = { isToBeKept: false };
    undo.push(() => changeUmask(umask));
    const backToCwd = () => {
      fchdir(cwd);
      refreshWorkingDirectory(cwdPath);
    };
    undo.push(backToCwd);
    const pins = new Pins();
    undo.push(() => pins.close());
    const { marks = [] } = outerPins ?? {};
    if (copyOnWrite === true) pins.released = '/';
    else if (outerPins !== undefined && !copyOnWrite) pins.released = outerPins.released;
    const enter = (tree: number) => {
      goTo(tree);
      undo.push(() => goTo(root));
    };
    const made =
      copyOnWrite === false
        ? undefined
        : stackCopyOnWrite({ copyOnWrite, root, outer, pins, baseId, enter }, undo);
    const plain =
      made === undefined ? stackPlain({ root, isSameRoot, isOutermost, baseId, end }, undo) : undefined;
    if (plain !== undefined) enter(plain);
    for (const { shown, isSeen } of marks) {
      if (isSeen) pins.add(openDirectory(encodePath(shown.mountPoint)));
    }
    pins.hold(marks);
    const goToWork = () => {
      if (cwdPath === undefined) fchdir(cwd);
      else chdir(cwdPath);
      refreshWorkingDirectory(cwdPath);
    };
    goToWork();
    if (made !== undefined) changeUmask(umask);
    const reset = () => {
      goTo(plain as number);
      makePrivate(plain as number);
      changeUmask(umask);
      goToWork();
    };
    const stepOut = () => {
      goTo(root);
      backToCwd();
    };
    const canBeKept = () => isOutermost && plain !== undefined && canKeepTree();
    const leave = (isToBeKept = false) => {
      end.isToBeKept = isToBeKept;
      undoAll(undo);
    };
    const isLeft = () => mountIdOf('/') === rootId;
    return { root, baseId, copyOnWrite: made, pins, reset, stepOut, isLeft, canBeKept, leave };
  } catch (error) {
    throw undoEntry(error, undo);
  }
}

/** Undoes the steps before the one that failed; returns the error for all of it. */
function undoEntry(error: unknown, undo: Undo): unknown {
  try {
    undoAll(undo);
  } catch (other) {
    const summary = `entering a scope failed, and could not be undone: ${error}`;
    return new AggregateError([explainEntry(error), other], summary);
  }
  return explainEntry(error);
}

interface PlainOptions {
  root: number;
  isSameRoot: boolean;
  isOutermost: boolean;
  baseId: number;
  /** What is known when the tree is left. */
  end: { isToBeKept: boolean };
}

function stackPlain({ root, isSameRoot, isOutermost, baseId, end }: PlainOptions, undo: Undo): number {
  let tree: number | undefined;
  let isKept = false;
  undo.push(() => {
    if (tree !== undefined && !isKept) closeSync(tree);
  });
  undo.push(() => {
    try {
      if (end.isToBeKept && tree !== undefined) {
        keepTree(tree);
        isKept = true;
      }
    } finally {
      if (!isKept) popMounts(baseId);
    }
  });
  tree = isOutermost
    ? (takeSpareTree(isSameRoot) ?? copyOwnTree(root))
    : takingUnbindable('/', () => copyOwnTree(root));
  // Before it is in place: a copy that is a peer of the originals would take them with it when it goes.
  makePrivate(tree);
  moveMount(tree, '/');
  if (isOutermost) watchTree();
  return tree;
}

function makePrivate(tree: number): void {
  mountSetattr(tree, AT_RECURSIVE, { propagation: MS_PRIVATE });
}

/** Proves first that this thread is in its namespace. (A tree that was kept can be moved in that one only.) */
function copyOwnTree(root: number): number {
  requireEntered();
  return copyTree(root);
}

interface CopyOnWriteOptions {
  copyOnWrite: CopyOnWrite;
  root: number;
  outer: readonly Layer[];
  pins: Pins;
  baseId: number;
  enter: (tree: number) => void;
}

function stackCopyOnWrite(
  { copyOnWrite, root, outer, pins, baseId, enter }: CopyOnWriteOptions,
  undo: Undo,
): CopyOnWriteTree {
  requireEntered();
  undo.push(() => popMounts(baseId));
  changeUmask(USUAL_UMASK);
  // Where permissions are enforced: directories that tests may not read are protected too.
  return withOverrides(() => {
    const made = takingUnbindable('/', () => {
      const tree = new CopyOnWriteTree(copyOnWrite, root, outer);
      undo.push(() => tree.close());
      tree.stack(enter, pins);
      return tree;
    });
    using(openDirectory('/'), makePrivate);
    return made;
  });
}

/** One system call where it is the usual one; process.umask() makes two. */
function readUmask(): number {
  const umask = changeUmask(USUAL_UMASK);
  if (umask !== USUAL_UMASK) changeUmask(umask);
  return umask;
}

function goTo(root: number): void {
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

function undoAll(undo: Undo): void {
  const errors: unknown[] = [];
  for (let step = undo.pop(); step !== undefined; step = undo.pop()) {
    try {
      withPrivileges(step);
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length === 1) throw errors[0];
  if (errors.length > 1)
    throw new AggregateError(errors, `the mount tree could not be put back: ${messageOf(errors[0])}`);
}

/** A process that has put its privileges aside, seteuid(2), takes them up again where a step needs them. */
function withPrivileges(step: () => void): void {
  try {
    step();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM' || !takeUpPrivileges()) throw error;
    step();
  }
}

function takeUpPrivileges(): boolean {
  const uid = getuid?.();
  if (uid === undefined || uid === geteuid?.()) return false;
  seteuid?.(uid);
  return true;
}

/** Steps to be taken when the tree is left, the last one first. */
type Undo = (() => void)[];

const TOP_OF_ROOT = '/..';
const USUAL_UMASK = 0o022;
