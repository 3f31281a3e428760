import { closeSync, constants, lstatSync, openSync, statSync } from 'node:fs';
import {
  AT_RECURSIVE,
  MOUNT_ATTR_RDONLY,
  MS_PRIVATE,
  O_PATH,
  OPEN_TREE_CLONE,
} from '../../native/constants.cjs';
import { mkdirat, openat } from '../../native/directories.cjs';
import { mountSetattr, moveMount, openTree } from '../../native/mount-tree.cjs';
import { encodePath } from '../../native/path-bytes.cjs';
import { deviceOf } from '../../native/statx.cjs';
import { unless } from '../../native/unless.cjs';
import { using } from '../../native/using.cjs';
import { attempt } from '../errors/explain-mount.js';
import type { MountError } from '../errors/mount-error.js';
import { isBelow, pathBelow } from '../mounts/absolute-path.js';
import { isReadOnly } from '../mounts/mount.js';
import type { MountTable } from '../mounts/mount-table.js';
import { printable } from '../mounts/printable.js';
import { visibleMounts } from '../mounts/visible-mounts.js';
import { copyEmptyDirectory, copyFile, copySkeleton } from './copy.js';
import { explainOverlay } from './explain-overlay.js';
import { type Layer, lowerNames } from './layer.js';
import { fromRoot, isLocked } from './old-tree.js';
import { mountOverlay } from './overlay.js';
import type { Part } from './part.js';
import type { Scratch } from './scratch.js';
import { isDeleted } from './treatment.js';

/** A layer, and where in it a part is found: `''`, or `/b/c`. */
export interface StandIn {
  layer: Layer;
  below: string;
}

/** What the layers of a scope are made from. */
export interface LayersOptions {
  /** The root directory of the old tree. */
  root: number;
  /** The mounts of the old tree. */
  table: MountTable;
  scratch: Scratch;
  /** The layers of the scopes around, of which overlays in the old tree may be made. */
  outer: readonly Layer[];
}

/** Makes the layers of one scope. Parts that show the same files, through two bind mounts say, share a layer. */
export class Layers {
  readonly all: Layer[] = [];
  readonly #root: number;
  readonly #scratch: Scratch;
  readonly #table: MountTable;
  readonly #outer: readonly Layer[];

  constructor({ root, scratch, table, outer }: LayersOptions) {
    this.#root = root;
    this.#scratch = scratch;
    this.#table = table;
    this.#outer = outer;
  }

  /** The layer that stands in for `part`. */
  find({ path, root, mount }: Pick<Part, 'path' | 'root' | 'mount'>): StandIn | undefined {
    for (const layer of this.all) {
      const { covers } = layer;
      if (
        layer.lowers === 0 || isDeleted(mount) ? covers.path === path : covers.mount.device === mount.device
      ) {
        if (root === covers.root || isBelow(root, covers.root)) {
          return { layer, below: pathBelow(root, covers.root) };
        }
      }
    }
    return undefined;
  }

  /**
   * Makes the layer for `part`, which needs protection. Returns the parts that it came to: itself; sealed, where
   * there is nothing that could be copied; or more, where no single overlay can stand in for it.
   */
  make(part: Part): Part[] {
    if (this.find(part) !== undefined) return [part];
    return attempt({ action: `make ${printable(part.path)} copy-on-write`, path: part.path }, () => {
      if (isDeleted(part.mount)) return this.#coverDeleted(part);
      const overlay = this.#outer.find((layer) => layer.lowers > 0 && layer.device === part.mount.device);
      if (overlay !== undefined) return this.#stackOn(overlay, part);
      const kind = kindOf(part);
      if (kind === 'directory') return this.#coverDirectory(part);
      return kind === 'file' ? this.#coverFile(part) : [{ ...part, treatment: 'seal' }];
    });
  }

  /**
   * An overlay of this package is not stacked on, but made anew with its upper as one more lower layer: the
   * kernel stacks two overlays at most.
   */
  #stackOn(outer: Layer, part: Part): Part[] {
    const lowers: number[] = [];
    try {
      for (const name of lowerNames(outer)) lowers.push(openTree(name, OPEN_TREE_CLONE, outer.directory));
      const { directory } = this.#mountOverlay({ ...part, root: '/' }, lowers);
      mkdirat(directory, 'before');
      mountBefore(openTree('merged', OPEN_TREE_CLONE, outer.directory), directory);
    } finally {
      for (const fd of lowers) closeSync(fd);
    }
    return [part];
  }

  #coverDirectory(part: Part): Part[] {
    const lower = this.#copyMount(part);
    if (lower === undefined) return this.#coverInPieces(part);
    try {
      this.#mountOverlay(part, [lower]);
    } catch (error) {
      const { code } = error as MountError;
      if (code !== 'EINVAL' || !isReadOnly(part.mount)) throw error;
      return [{ ...part, treatment: 'keep' }];
    } finally {
      closeSync(lower);
    }
    return [part];
  }

  /** The mount without those below; undefined when these are locked on it (mount_namespaces(7)). */
  #copyMount({ path }: Part): number | undefined {
    try {
      return openTree(fromRoot(path), OPEN_TREE_CLONE, this.#root);
    } catch (error) {
      if (isLocked(error, path, this.#table)) return undefined;
      throw error;
    }
  }

  #mountOverlay(covers: Part, lowers: readonly number[]): Layer {
    const directory = this.#scratch.makeDirectory();
    try {
      mountOverlay(directory, lowers, this.#scratch.xattrs);
      const device = using(openat(directory, 'merged', O_PATH), deviceOf);
      return this.#add({ directory, device, covers, lowers: lowers.length, entries: undefined });
    } catch (error) {
      closeSync(directory);
      throw explainOverlay(covers, error, this.#scratch);
    }
  }

  #coverFile(part: Part): Part[] {
    const { directory } = this.#addCopy(part);
    closeSync(openat(directory, 'before', constants.O_CREAT | constants.O_RDWR));
    mountBefore(this.#copyMount(part) as number, directory);
    using(openat(directory, 'before', O_RDONLY), (from) => copyFile(from, directory, 'merged'));
    return [part];
  }

  /** A copy is all that can be made of it; what is left of a directory is an empty one. */
  #coverDeleted(part: Part): Part[] {
    const kind = kindOf(part);
    const isEmpty = kind === 'directory' && statSync(encodePath(part.path)).nlink === 0;
    if (!isEmpty && kind !== 'file') return [{ ...part, treatment: 'seal' }];
    const { directory } = this.#addCopy(part);
    const copy = isEmpty ? copyEmptyDirectory : copyFile;
    using(openSync(encodePath(part.path), O_RDONLY), (from) => {
      for (const name of ['before', 'merged']) copy(from, directory, name);
    });
    return [part];
  }

  /** Overlay takes no layer that something is locked on: a user namespace must not uncover what it hides. */
  #coverInPieces(part: Part): Part[] {
    const entries = new Map<string, 'copied' | 'apart'>();
    for (const { mountPoint } of visibleMounts(this.#table)) {
      entries.set(pathBelow(mountPoint, part.path), 'apart');
    }
    const { directory } = this.#addCopy(part, entries);
    mkdirat(directory, 'before');
    const copy = () => openTree(fromRoot(part.path), OPEN_TREE_CLONE | AT_RECURSIVE, this.#root);
    const before = this.#scratch.leaveOut(copy);
    mountBefore(before, directory, AT_RECURSIVE);
    const pieces = copySkeleton({
      part,
      table: this.#table,
      directory,
      name: 'merged',
      onCopied: (path) => entries.set(pathBelow(path, part.path), 'copied'),
    });
    for (const piece of pieces) entries.set(pathBelow(piece.path, part.path), 'apart');
    // One that somebody has deleted meanwhile stays an empty directory.
    const made = pieces.map((piece) =>
      piece.treatment === 'protect' ? unless(['ENOENT'], () => this.make(piece)) : [piece],
    );
    return [part, ...made.flatMap((parts) => parts ?? [])];
  }

  #addCopy(covers: Part, entries: Layer['entries'] = undefined): Layer {
    const { device } = this.#scratch;
    return this.#add({ directory: this.#scratch.makeDirectory(), device, covers, lowers: 0, entries });
  }

  #add(layer: Layer): Layer {
    this.all.push(layer);
    return layer;
  }
}

/** Shows in the directory of a layer what was there before the scope, read-only. */
function mountBefore(tree: number, directory: number, flags = 0): void {
  using(tree, () => {
    mountSetattr(tree, flags, { attrSet: MOUNT_ATTR_RDONLY, propagation: MS_PRIVATE });
    moveMount(tree, 'before', directory);
  });
}

/** `'other'` for what can't be copied: a socket or a device, or a mount that this process can't get at. */
function kindOf({ path, isNamed }: Part): 'directory' | 'file' | 'other' {
  try {
    const stat = lstatSync(encodePath(path));
    const kind = stat.isDirectory() ? 'directory' : stat.isFile() ? 'file' : 'other';
    if (kind !== 'other') closeSync(openSync(encodePath(path), constants.O_RDONLY));
    return kind;
  } catch (error) {
    if (isNamed) throw error;
    return 'other';
  }
}

const { O_RDONLY } = constants;
