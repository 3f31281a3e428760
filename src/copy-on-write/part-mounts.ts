import { closeSync, fstatSync } from 'node:fs';
import { dirname } from 'node:path/posix';
import { inspect } from 'node:util';
import {
  AT_RECURSIVE,
  AT_SYMLINK_NOFOLLOW,
  MOUNT_ATTR__ATIME,
  MOUNT_ATTR_RDONLY,
  MS_PRIVATE,
  OPEN_TREE_CLONE,
} from '../../native/constants.cjs';
import { mountSetattr, moveMount, openTree } from '../../native/mount-tree.cjs';
import { encodePath } from '../../native/path-bytes.cjs';
import type { SystemCallError } from '../../native/system-call-error.cjs';
import { unless } from '../../native/unless.cjs';
import { closingOnError, using } from '../../native/using.cjs';
import { isBelow, pathBelow } from '../mounts/absolute-path.js';
import { formatMount } from '../mounts/format-mount.js';
import { isReadOnly } from '../mounts/mount.js';
import { mountAttributesOf } from '../mounts/mount-flags.js';
import type { MountTable } from '../mounts/mount-table.js';
import { visibleMounts } from '../mounts/visible-mounts.js';
import { layerError } from './explain-overlay.js';
import type { Layers } from './layers.js';
import { fromRoot, isLocked } from './old-tree.js';
import type { Part } from './part.js';
import type { Scratch } from './scratch.js';
import { isDeleted, treatmentOf } from './treatment.js';

/** Mounts parts in the new tree, each after the one that it lies on. */
export class PartMounts {
  readonly #root: number;
  readonly #table: MountTable;
  readonly #layers: Layers;
  readonly #scratch: Scratch;
  /** How much was mounted at a path: `whole` is with everything that lay below it in the old tree. */
  readonly #extents = new Map<string, 'alone' | 'whole'>();

  /** @param root the root directory of the old tree, which `table` describes */
  constructor(root: number, table: MountTable, layers: Layers, scratch: Scratch) {
    this.#scratch = scratch;
    this.#root = root;
    this.#table = table;
    this.#layers = layers;
  }

  /** Mounts `part` where it was; returns a descriptor of the mount, or undefined when it is there already. */
  mount(part: Part): number | undefined {
    if (part.treatment !== 'protect' && this.#isThere(part.path)) return undefined;
    this.#extents.set(part.path, 'alone');
    if (part.treatment !== 'seal') return this.#put(this.#copyStandIn(part) ?? this.#copy(part), part);
    // A piece that somebody has deleted meanwhile has nothing that could be written to: its place stays empty.
    const isPiece = this.#table.at(part.path) === undefined;
    return unless(isPiece ? ['ENOENT'] : [], () => this.#put(this.#copy(part), part));
  }

  #put(made: number, part: Part): number | undefined {
    let isPlaced = false;
    closingOnError(made, (tree) => {
      isPlaced = place(tree, part);
      if (isPlaced && this.#extents.get(part.path) === 'whole') this.#sealBelow(part.path, tree);
    });
    if (isPlaced) return made;
    closeSync(made);
    return undefined;
  }

  #isThere(mountPoint: string): boolean {
    let above = mountPoint;
    do above = dirname(above);
    while (above !== '/' && !this.#extents.has(above));
    return this.#extents.get(above) === 'whole';
  }

  /** Read-only mounts that show files of a layer show what is written to them, too. */
  #copyStandIn(part: Part): number | undefined {
    const found = this.#layers.find(part);
    if (found === undefined) return undefined;
    const { layer, below } = found;
    const shown = openTree(encodePath(`merged${below}`), OPEN_TREE_CLONE, layer.directory);
    const attrSet = mountAttributesOf(part.mount.options);
    if (attrSet === 0) return shown;
    return closingOnError(shown, (tree) => mountSetattr(tree, 0, { attrSet, attrClr: MOUNT_ATTR__ATIME }));
  }

  #copy(part: Part): number {
    return closingOnError(this.#clone(part), (tree) => {
      // Before it is in place: a copy that is a peer of the originals would take them with it when it goes.
      const flags = this.#extents.get(part.path) === 'whole' ? AT_RECURSIVE : 0;
      mountSetattr(tree, flags, { propagation: MS_PRIVATE });
      if (part.treatment === 'seal') mountSetattr(tree, 0, { attrSet: MOUNT_ATTR_RDONLY });
    });
  }

  #clone({ path }: Part): number {
    const source = fromRoot(path);
    if (!this.#canBeWhole(path)) {
      try {
        return openTree(source, OPEN_TREE_CLONE | AT_SYMLINK_NOFOLLOW, this.#root);
      } catch (error) {
        if (!isLocked(error, path, this.#table)) throw error;
      }
    }
    this.#extents.set(path, 'whole');
    const copy = () => openTree(source, OPEN_TREE_CLONE | AT_RECURSIVE | AT_SYMLINK_NOFOLLOW, this.#root);
    return path === '/' ? this.#scratch.leaveOut(copy) : copy();
  }

  /** Whether nothing below needs a layer, and nothing hidden there can be written to that has not been deleted. */
  #canBeWhole(mountPoint: string): boolean {
    return this.#table.under(mountPoint).every((mount) => {
      const treatment = treatmentOf(mount);
      if (treatment !== 'seal') return treatment === 'keep';
      return isDeleted(mount) || this.#table.at(mount.mountPoint) === mount;
    });
  }

  /** By way of `tree`, the mount there: no path leads to a new root before it is entered. */
  #sealBelow(mountPoint: string, tree: number): void {
    for (const mount of visibleMounts(this.#table)) {
      if (!isBelow(mount.mountPoint, mountPoint) || treatmentOf(mount) === 'keep') continue;
      const below = pathBelow(mount.mountPoint, mountPoint).slice(1);
      using(openTree(encodePath(below), AT_SYMLINK_NOFOLLOW, tree), (fd) =>
        mountSetattr(fd, 0, { attrSet: MOUNT_ATTR_RDONLY }),
      );
    }
  }
}

/** Returns false for what was deleted and has nothing that can be written to: a directory, which is empty, or what is read-only. */
function place(tree: number, { path, mount }: Part): boolean {
  try {
    moveMount(tree, encodePath(path));
    return true;
  } catch (error) {
    if ((error as SystemCallError).code !== 'ENOENT') throw error;
    const stat = fstatSync(tree);
    // It may have been there when the table was read.
    if (stat.nlink > 0 && !isDeleted(mount)) throw error;
    if (stat.isDirectory() || isReadOnly(mount)) return false;
    throw layerError(path, error as SystemCallError, {
      why: `what is mounted there was deleted, and can't be mounted again: ${formatMount(mount)}`,
      fix: `unmount it before: ns.umount(${inspect(path)}, { lazy: true })`,
    });
  }
}
