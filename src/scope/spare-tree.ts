import { closeSync } from 'node:fs';
import { MNT_DETACH } from '../../native/constants.cjs';
import { umount2 } from '../../native/mount.cjs';
import { moveMount } from '../../native/mount-tree.cjs';
import { processWide } from '../../native/process-wide.cjs';
import { probe } from '../../native/unless.cjs';
import { readOwnMountInfo } from '../mounts/read-mount-info.cjs';
import { TableWatch } from '../mounts/table-watch.js';
import { requireEntered } from '../namespace/guard.js';
import { type EnteredNamespace, namespaceRecord } from '../namespace/namespace-record.cjs';

interface SpareTree {
  /** A descriptor of the copy that is kept, which lies in the attic. */
  tree: number | undefined;
  /** Whether the tree in place was kept before. */
  isInUse: boolean;
  /** Of this namespace, once a tree was put in place. */
  watch: TableWatch | undefined;
}

const spare = processWide<SpareTree>('spare-tree', () => ({
  tree: undefined,
  isInUse: false,
  watch: undefined,
}));

/**
 * A copy of the worker's own tree that a scope has left as good as new, if neither it nor the original has been
 * changed since. The caller moves it into place, and takes what lies on `/` off when this throws.
 *
 * @param isSameRoot whether the tree is that of the same root directory
 */
export function takeSpareTree(isSameRoot: boolean): number | undefined {
  const { tree } = spare;
  spare.isInUse = false;
  if (tree === undefined) return undefined;
  const isStale = watch().hasChanged() || !isSameRoot;
  spare.tree = undefined;
  spare.isInUse = !isStale;
  if (!isStale) return tree;
  try {
    moveMount(tree, '/');
    umount2('/', MNT_DETACH);
  } finally {
    closeSync(tree);
  }
  return undefined;
}

/** Begins to watch for changes, when a tree has just been put in place. */
export function watchTree(): void {
  watch().begin();
}

/**
 * Whether the tree in place can be kept: nothing was mounted, unmounted or remounted since {@link watchTree}. (What else
 * can change of a tree, its propagation types, is set anew for each scope.)
 */
export function canKeepTree(): boolean {
  if (!spare.watch?.isUntouched()) return false;
  return spare.isInUse || holdsNothingElse(namespaceRecord.entered as EnteredNamespace);
}

/**
 * Whether all mounts in place were the host's when it was left. What the process has mounted itself since, it can
 * unmount and expect to be unmounted: a copy that is kept would hold the file system and the mount point.
 */
function holdsNothingElse({ host, procFd }: EnteredNamespace): boolean {
  const inherited = new Set(placesIn(host.mountInfoAtEntry));
  // Undefined where no descriptor is left, say: it is copied again.
  const places = probe(() => placesIn(readOwnMountInfo(procFd)));
  return places?.every((place) => inherited.has(place)) ?? false;
}

/** Device, root and mount point of each mount: proc_pid_mountinfo(5). */
function placesIn(table: Buffer): string[] {
  const lines = table.toString('latin1').split('\n');
  return lines.map((line) => line.split(' ', 5).slice(2).join(' '));
}

/** Keeps a tree for the next scope that is still in place, untouched, but not in use any more: takes it from there. */
export function keepTree(tree: number): void {
  const { attic } = namespaceRecord.entered as EnteredNamespace;
  moveMount(tree, '', attic);
  watch().hasChanged();
  spare.tree = tree;
}

function watch(): TableWatch {
  spare.watch ??= new TableWatch(requireEntered().procFd);
  return spare.watch;
}
