import { closeSync, constants } from 'node:fs';
import { AT_RECURSIVE, MOUNT_ATTR_RDONLY, MS_PRIVATE } from '../../native/constants.cjs';
import { openat } from '../../native/directories.cjs';
import { mountSetattr, moveMount } from '../../native/mount-tree.cjs';
import { encodePath } from '../../native/path-bytes.cjs';
import { closingOnError, using } from '../../native/using.cjs';
import { copyAttributes } from '../files/attributes.js';
import { makeFileSystem } from '../layers/file-system.js';
import { OWN_LAYER } from '../layers/own-layer.js';
import type { Pins } from '../layers/pins.js';
import type { MountTable } from '../mounts/mount-table.js';
import { readMounts } from '../mounts/read-mounts.js';
import { withOverrides } from '../namespace/privileges.cjs';
import { type Changes, findChanges } from './changes.js';
import { beforeName, type Layer } from './layer.js';
import { Layers, type StandIn } from './layers.js';
import { copyTree } from './old-tree.js';
import { byPath, type Part } from './part.js';
import { PartMounts } from './part-mounts.js';
import { proveContained, proveNothingWritable } from './proof.js';
import { Scratch } from './scratch.js';
import { wantedParts } from './wanted-parts.js';

/** Which directories are copy-on-write: all, or these. */
export type CopyOnWrite = true | readonly string[];

interface CopyOnWriteTreeOptions {
  /** A descriptor of `/`. */
  root: number;
  /** The layers of the scopes around. */
  outer: readonly Layer[];
  /** Makes what it has a descriptor of the root directory. */
  enter: (root: number) => void;
  /** Has a descriptor closed when the tree is left; returns it. */
  closing: (fd: number) => number;
}

/**
 * A mount tree in which all or some directories are copy-on-write. If all are, the overlays are mounted instead of what
 * they stand for. Named directories lie in a tree that can be written to, so there is something empty between, and both
 * are pinned: unmounting an overlay uncovers nothing that can be written to.
 */
export class CopyOnWriteTree {
  readonly #wanted: CopyOnWrite;
  readonly #enter: (root: number) => void;
  /** The root directory of the old tree, or of a copy of it. */
  readonly #root: number;
  readonly #table: MountTable;
  readonly #scratch: Scratch;
  readonly #layers: Layers;
  readonly #parts: readonly Part[];

  /** Makes the layers. What is stacked on `/` for them is the caller's to take off, also when this throws. */
  constructor(wanted: CopyOnWrite, { root, outer, enter, closing }: CopyOnWriteTreeOptions) {
    this.#wanted = wanted;
    this.#enter = enter;
    this.#table = readMounts('self');
    const parts = wantedParts(wanted, this.#table);
    const isShared = this.#table.containing('/')?.peerGroup !== undefined;
    this.#root = isShared ? closing(copyPrivate(root)) : root;
    this.#scratch = new Scratch();
    this.#layers = new Layers({ root: this.#root, table: this.#table, scratch: this.#scratch, outer });
    try {
      // The scratch travels to the peers of the old root, and covers what is to be copied there.
      if (isShared) this.#stackAndEnter(this.#root);
      this.#parts = this.#makeLayers(parts);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** What stands in for the protected parts. */
  get layers(): readonly Layer[] {
    return this.#layers.all;
  }

  /**
   * Stacks the new tree on `/` and enters it; then the rest is mounted, and no write is proved to get out.
   *
   * @param pins takes what must not be taken away
   */
  stack(pins: Pins): void {
    const mounts = new PartMounts(this.#root, this.#table, this.#layers, this.#scratch);
    const [root, ...others] = this.#parts;
    if (this.#wanted === true) {
      using(mounts.mount(root as Part) as number, this.#enter);
      for (const part of others) closeIfThere(mounts.mount(part));
    } else {
      const copy = this.#scratch.leaveOut(() => copyPrivate(this.#root));
      using(copy, (tree) => this.#stackAndEnter(tree));
      for (const part of this.#parts) {
        const isNamed = this.#wanted.includes(part.path);
        if (isNamed) pins.add(this.#underlay(part.path));
        const tree = mounts.mount(part);
        const isPinned = isNamed && this.#table.at(part.path) === undefined;
        if (isPinned && tree !== undefined) pins.add(tree);
        else closeIfThere(tree);
      }
    }
    this.#prove();
  }

  /** What was created, modified and deleted since. */
  changes(): Changes {
    const parts = this.#protected().map((part) => {
      return { path: part.path, ...(this.#layers.find(part) as StandIn) };
    });
    return withOverrides(() => findChanges(parts));
  }

  close(): void {
    for (const { directory } of this.#layers.all.splice(0)) closeSync(directory);
    this.#scratch.close();
  }

  /** Those that show most first: the others may turn out to lie in them. */
  #makeLayers(parts: readonly Part[]): Part[] {
    const [wanted, others] = [true, false].map((is) =>
      parts.filter(({ treatment }) => (treatment === 'protect') === is),
    ) as [Part[], Part[]];
    wanted.sort((a, b) => a.root.length - b.root.length);
    return [...others, ...wanted.flatMap((part) => this.#layers.make(part))].sort(byPath);
  }

  #stackAndEnter(tree: number): void {
    moveMount(tree, '/');
    this.#enter(tree);
  }

  /** Covers what lies at `path` in the copy with nothing, for when a layer is taken off it; returns a descriptor. */
  #underlay(path: string): number {
    const made = makeFileSystem('tmpfs', { source: OWN_LAYER }, { attributes: MOUNT_ATTR_RDONLY });
    return closingOnError(made, (tree) => moveMount(tree, encodePath(path)));
  }

  #prove(): void {
    for (const part of this.#protected()) proveContained(part.path, this.#root);
    for (const layer of this.#layers.all) settle(layer);
    const devices = this.#layers.all.map(({ device }) => device);
    proveNothingWritable(this.#wanted, new Set(devices));
  }

  #protected(): Part[] {
    return this.#parts.filter(({ treatment }) => treatment === 'protect');
  }
}

/** Before it is in place: a copy that is a peer of the originals would take them with it when it goes. */
function copyPrivate(root: number): number {
  return closingOnError(copyTree(root), (tree) =>
    mountSetattr(tree, AT_RECURSIVE, { propagation: MS_PRIVATE }),
  );
}

function closeIfThere(fd: number | undefined): void {
  if (fd !== undefined) closeSync(fd);
}

/** The root of an overlay has the attributes of its upper layer, and the canary has changed its times. */
function settle(layer: Layer): void {
  using(openat(layer.directory, beforeName(layer), constants.O_RDONLY), (before) =>
    using(openat(layer.directory, 'merged', constants.O_RDONLY), (merged) => copyAttributes(before, merged)),
  );
}
