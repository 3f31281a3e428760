import { closeSync } from 'node:fs';
import { umask as changeUmask, geteuid, getuid, seteuid } from 'node:process';
import { AT_RECURSIVE, MNT_DETACH, MS_PRIVATE } from '../../native/constants.cjs';
import { chdir, enterRoot, fchdir, openDirectory } from '../../native/directories.cjs';
import { umount2 } from '../../native/mount.cjs';
import { mountSetattr, moveMount } from '../../native/mount-tree.cjs';
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
import { type Home, openHome } from './home.js';
import { canKeepTree, keepTree, takeSpareTree, watchTree } from './spare-tree.js';

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

/** A private copy of the mount tree, in place as `/` until it is left. */
export class EnteredTree {
  /** What makes it copy-on-write, where it is. */
  readonly copyOnWrite: CopyOnWriteTree | undefined;
  /** The mounts that nobody shall take away. */
  readonly pins = new Pins();
  readonly #isOutermost: boolean;
  readonly #home: Home;
  readonly #cwdPath: string | Buffer | undefined;
  readonly #umask: number;
  /** A descriptor of the copy, where that is a plain one. */
  #copy: number | undefined;
  #isToBeKept = false;
  /** Steps to be taken when the tree is left, the last one first. */
  readonly #undo: (() => void)[] = [];

  /**
   * Copies the mount tree of this process and moves into the copy, stacked over `/`.
   *
   * Everything that runs in this process follows, since Node's threads share one fs_struct; so does every child
   * that starts later. When a step fails, the steps before it are undone and its error is thrown.
   */
  constructor({ isOutermost, copyOnWrite, outer, outerPins }: TreeOptions) {
    this.#isOutermost = isOutermost;
    try {
      const here = locationOf('.');
      this.#cwdPath = findEntryDirectory(here);
      if (this.#cwdPath === undefined && copyOnWrite !== false) throw noEntryDirectory();
      const closing = (fd: number) => {
        this.#undo.push(() => closeSync(fd));
        return fd;
      };
      this.#home = openHome({ here, canKeep: isOutermost, closing });
      this.#umask = readUmask();
      this.#undo.push(
        () => changeUmask(this.#umask),
        () => this.#goBack(),
        () => this.pins.close(),
      );
      const marks = outerPins?.marks;
      if (copyOnWrite === true) this.pins.released = '/';
      else if (outerPins !== undefined && !copyOnWrite) this.pins.released = outerPins.released;
      if (copyOnWrite === false) this.#stackCopy();
      else this.copyOnWrite = this.#stackCopyOnWrite(copyOnWrite, outer, closing);
      if (marks !== undefined) this.pins.inherit(marks);
      this.#goToWork();
      if (copyOnWrite !== false) changeUmask(this.#umask);
    } catch (error) {
      throw this.#undoEntry(error);
    }
  }

  /** A descriptor of the root directory that it was entered from. */
  get root(): number {
    return this.#home.root;
  }

  /** The id of the mount that it is stacked on. */
  get baseId(): number {
    return this.#home.baseId;
  }

  /** Puts root, cwd, umask and propagation types as they were at the beginning. Not for one that is copy-on-write. */
  reset(): void {
    enterRoot(this.#copy as number);
    makePrivate(this.#copy as number);
    changeUmask(this.#umask);
    this.#goToWork();
  }

  /** Goes to where the tree was entered from, and leaves it in place. */
  stepOut(): void {
    enterRoot(this.root);
    this.#goBack();
  }

  /** Whether the process is back where the tree was entered from. */
  isLeft(): boolean {
    return mountIdOf('/') === this.#home.rootId;
  }

  /**
   * Whether it can be kept for the next scope: certainly nobody has changed it, and nobody is in it. To be asked once,
   * right before {@link leave}, which is to be told.
   */
  canBeKept(): boolean {
    return this.#isOutermost && this.#copy !== undefined && canKeepTree();
  }

  /** Puts root, cwd, umask and the mounts back as they were. Needs no path, no /proc and no new descriptor. */
  leave(isToBeKept = false): void {
    this.#isToBeKept = isToBeKept;
    undoAll(this.#undo);
  }

  #stackCopy(): void {
    const { root, isSameRoot, baseId } = this.#home;
    let isKept = false;
    this.#undo.push(
      () => {
        if (this.#copy !== undefined && !isKept) closeSync(this.#copy);
      },
      () => {
        try {
          if (this.#isToBeKept) {
            keepTree(this.#copy as number);
            isKept = true;
          }
        } finally {
          if (!isKept) popMounts(baseId);
        }
      },
    );
    this.#copy = this.#isOutermost
      ? (takeSpareTree(isSameRoot) ?? copyOwnTree(root))
      : takingUnbindable('/', () => copyOwnTree(root));
    // Before it is in place: a copy that is a peer of the originals would take them with it when it goes.
    makePrivate(this.#copy);
    moveMount(this.#copy, '/');
    if (this.#isOutermost) watchTree();
    this.#enter(this.#copy);
  }

  #stackCopyOnWrite(
    copyOnWrite: CopyOnWrite,
    outer: readonly Layer[],
    closing: (fd: number) => number,
  ): CopyOnWriteTree {
    requireEntered();
    this.#undo.push(() => popMounts(this.baseId));
    changeUmask(USUAL_UMASK);
    // Where permissions are enforced: directories that tests may not read are protected too.
    return withOverrides(() => {
      const made = takingUnbindable('/', () => {
        const enter = (root: number) => this.#enter(root);
        const tree = new CopyOnWriteTree(copyOnWrite, { root: this.root, outer, enter, closing });
        this.#undo.push(() => tree.close());
        tree.stack(this.pins);
        return tree;
      });
      using(openDirectory('/'), makePrivate);
      return made;
    });
  }

  #enter(tree: number): void {
    enterRoot(tree);
    this.#undo.push(() => enterRoot(this.root));
  }

  #goToWork(): void {
    if (this.#cwdPath === undefined) fchdir(this.#home.cwd);
    else chdir(this.#cwdPath);
    refreshWorkingDirectory(this.#cwdPath);
  }

  #goBack(): void {
    fchdir(this.#home.cwd);
    refreshWorkingDirectory(this.#cwdPath);
  }

  /** Undoes the steps before the one that failed; returns the error for all of it. */
  #undoEntry(error: unknown): unknown {
    try {
      undoAll(this.#undo);
    } catch (other) {
      const summary = `entering a scope failed, and could not be undone: ${error}`;
      return new AggregateError([explainEntry(error), other], summary);
    }
    return explainEntry(error);
  }
}

function makePrivate(tree: number): void {
  mountSetattr(tree, AT_RECURSIVE, { propagation: MS_PRIVATE });
}

/** Proves first that this thread is in its namespace. (A tree that was kept can be moved in that one only.) */
function copyOwnTree(root: number): number {
  requireEntered();
  return copyTree(root);
}

/** One system call where it is the usual one; process.umask() makes two. */
function readUmask(): number {
  const umask = changeUmask(USUAL_UMASK);
  if (umask !== USUAL_UMASK) changeUmask(umask);
  return umask;
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

const TOP_OF_ROOT = '/..';
const USUAL_UMASK = 0o022;
