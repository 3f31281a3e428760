import fs from 'node:fs';
import { MNT_DETACH, MOVE_MOUNT_T_EMPTY_PATH } from '../../native/constants.cjs';
import { mountIdOf } from '../../native/directories.cjs';
import { umount2 } from '../../native/mount.cjs';
import { moveMount } from '../../native/mount-tree.cjs';
import { processWide } from '../../native/process-wide.cjs';
import { TableWatch } from '../mounts/table-watch.js';
import { requireEntered } from '../namespace/guard.js';
import { namespaceRecord } from '../namespace/namespace-record.cjs';

interface SpareTree {
  /** A descriptor of the copy that is kept, which lies in the attic. */
  tree: number | undefined;
  /** Of this namespace, once a tree was put in place. */
  watch: TableWatch | undefined;
}

const spare = processWide<SpareTree>('spare-tree', () => ({
  tree: undefined,
  watch: undefined,
}));

/**
 * A copy of the worker's own tree that a scope has left as good as new, if neither it nor the original has been
 * changed since. The caller moves it into place, and takes what lies on `/` off when this throws.
 */
export function takeSpareTree(): number | undefined {
  const { tree } = spare;
  if (tree === undefined) return undefined;
  const isStale = watch().hasChanged();
  spare.tree = undefined;
  if (!isStale) return tree;
  try {
    moveMount(tree, '/');
    umount2('/', MNT_DETACH);
  } finally {
    fs.closeSync(tree);
  }
  return undefined;
}

/** Begins to watch for changes, when a tree has just been put in place. */
export function watchTree(): void {
  watch().begin();
}

/**
 * Keeps a tree that is still in place but not in use any more, for the next scope: nothing was mounted, unmounted
 * or remounted in it. (What else can change of a tree, its propagation types, is set anew for each scope.)
 *
 * @returns whether it was taken out of its place
 */
export function keepTree(tree: number): boolean {
  const { entered } = namespaceRecord;
  if (entered?.attic === undefined || !spare.watch?.isUntouched()) return false;
  if (mountIdOf('/..') !== mountIdOf('', tree)) return false;
  moveMount(tree, '', MOVE_MOUNT_T_EMPTY_PATH, entered.attic);
  watch().hasChanged();
  spare.tree = tree;
  return true;
}

function watch(): TableWatch {
  spare.watch ??= new TableWatch(requireEntered().procFd);
  return spare.watch;
}
