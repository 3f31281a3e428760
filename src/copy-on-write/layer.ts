import type { Part } from './part.js';

/**
 * What stands in for a part of the tree, in a directory of the scratch tmpfs: `merged` is what the scope sees,
 * an overlay of `upper` over `lower0`, `lower1`, …, or a plain copy of a file or a directory.
 */
export interface Layer {
  /** The directory on the scratch. */
  readonly directory: number;
  /** Device of the file system that the scope sees. */
  readonly device: string;
  /** The part that it stands in for, as it was found. */
  readonly covers: Part;
  /** How many lower layers there are; 0 for a plain copy. */
  readonly lowers: number;
  /**
   * In a plain copy of a directory, what was in it: paths below it that were copied, and those that are parts with a
   * layer or a mount of their own.
   */
  readonly entries: ReadonlyMap<string, 'copied' | 'apart'> | undefined;
}

/** The name in the directory of `layer` of what was there before the scope. */
export function beforeName({ lowers }: Pick<Layer, 'lowers'>): string {
  return lowers === 1 ? 'lower0' : 'before';
}

/** The names in the directory of `layer` of what an overlay needs to show the same, the top-most first. */
export function lowerNames({ lowers }: Pick<Layer, 'lowers'>): string[] {
  return ['upper', ...Array.from({ length: lowers }, (_, index) => `lower${index}`)];
}
