import { hasChildren } from '../../native/processes.cjs';
import { parseMountInfo } from '../mounts/parse-mount-info.js';
import { readMountInfo } from '../mounts/read-mount-info.cjs';
import { type EnteredNamespace, namespaceRecord } from '../namespace/namespace-record.cjs';
import { readDescendants } from '../processes/descendants.js';
import { endProcesses } from '../processes/end-processes.js';
import { awaitProcesses } from '../processes/left-processes.js';
import { leftRunning, notices } from '../processes/notices.js';
import { inodeInProc, mountIdInProc } from '../processes/proc.js';
import type { ProcessInfo } from '../processes/process-info.js';
import type { EnteredTree } from './tree.js';

type Tree = Pick<EnteredTree, 'baseId'>;

/** Gives the processes that live in a tree a moment to end by themselves. */
export async function awaitTreeProcesses(tree: Tree): Promise<void> {
  await awaitProcesses(() => findInTree(tree));
}

/**
 * Ends the processes that live in a tree, in the moment before it is left, and says so: afterwards their absolute
 * paths would lead to the file system beneath it.
 *
 * @param whose what the tree was for, `'a scope'`
 */
export function endTreeProcesses(tree: Tree, whose: string): void {
  if (!hasChildren()) return;
  const ended = endProcesses(() => findInTree(tree));
  if (ended.length === 0) return;
  notices.print({
    ...leftRunning(whose, ended),
    why: 'absolute paths would lead to the host’s file system from then on',
  });
}

/**
 * Those of our namespace whose root directory is on no mount outside of the tree. (That it is on one inside says
 * less: that mount may be in no table any more, unmounted lazily.)
 */
function findInTree(tree: Tree): ProcessInfo[] {
  const living = readDescendants().filter(({ hasEnded }) => !hasEnded);
  if (living.length === 0) return [];
  const { id, mountInfoFd } = namespaceRecord.entered as EnteredNamespace;
  const outside = mountsOutside(mountInfoFd, tree.baseId);
  return living.filter(({ pid }) => {
    if (inodeInProc(`${pid}/ns/mnt`) !== id) return false;
    const root = mountIdInProc(`${pid}/root`);
    return root === undefined || !outside.has(root);
  });
}

/** All mounts but those that are stacked on the root of `baseId`, and what is mounted there. */
function mountsOutside(mountInfoFd: number, baseId: number): Set<number> {
  const mounts = parseMountInfo(readMountInfo(mountInfoFd));
  const stacked = mounts.filter(({ parentId, mountPoint }) => parentId === baseId && mountPoint === '/');
  const inside = new Set(stacked.map(({ id }) => id));
  // After a move, a mount can come before its parent.
  for (let size = -1; size < inside.size; ) {
    size = inside.size;
    for (const { id, parentId } of mounts) if (inside.has(parentId)) inside.add(id);
  }
  return new Set(mounts.map(({ id }) => id).filter((id) => !inside.has(id)));
}
