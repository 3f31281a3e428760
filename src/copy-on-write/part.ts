import { compareText, join, pathBelow } from '../mounts/absolute-path.js';
import type { Mount } from '../mounts/mount.js';
import { type Treatment, treatmentOf } from './treatment.js';

/** A piece of the mount tree that is treated in one way: a mount, or a directory of one. */
export interface Part {
  /** Where it is seen. */
  readonly path: string;
  /** The directory (or file) of the mount's file system that is seen there. */
  readonly root: string;
  readonly treatment: Treatment;
  /** The mount that it is, or lies on. */
  readonly mount: Mount;
  /** Whether it was asked for by name. */
  readonly isNamed?: boolean;
}

/** Orders parts so that each comes after the one that it lies on. */
export function byPath(a: Part, b: Part): number {
  return compareText(a.path, b.path);
}

export function partOf(mount: Mount): Part {
  return { path: mount.mountPoint, root: mount.root, treatment: treatmentOf(mount), mount };
}

/** The part that begins at `path`, anywhere on the mount of `part`. */
export function partAt(path: string, { path: from, root, mount }: Part, treatment: Treatment): Part {
  return { path, root: join(root, pathBelow(path, from)), treatment, mount };
}

/** A directory that was asked for by name: protected also where it would be sealed by itself. */
export function namedPart(path: string, mount: Mount): Part {
  const treatment = treatmentOf(mount);
  return { ...partAt(path, partOf(mount), treatment === 'seal' ? 'protect' : treatment), isNamed: true };
}
