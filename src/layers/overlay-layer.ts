import fs from 'node:fs';
import {
  AT_EMPTY_PATH,
  AT_RECURSIVE,
  MNT_DETACH,
  MOVE_MOUNT_T_EMPTY_PATH,
  OPEN_TREE_CLONE,
} from '../../native/constants.cjs';
import { chroot, fchdir, mkdirat, openDirectory } from '../../native/directories.cjs';
import { umount2 } from '../../native/mount.cjs';
import { moveMount, openTree } from '../../native/mount-tree.cjs';
import { attempt } from '../errors/explain-mount.js';
import { readMounts } from '../mounts/read-mounts.js';
import { withTarget } from '../operations/target.js';
import { makeFileSystem } from './file-system.js';

/**
 * Covers `directory` with an overlay whose lower layer is the directory and whose upper layer is on a tmpfs of
 * its own: from now on, changes made below stay in memory. Mounts below are put back on top.
 *
 * The tmpfs has a place in the tree only while the overlay is made, on top of `/` where no path leads: kernels
 * before 6.15 take no layers from detached mounts.
 */
export function coverWithOverlay(directory: string): void {
  attempt({ action: `cover ${directory} with an overlay`, path: directory }, () => {
    withTarget(directory, (target) => {
      const cwd = process.cwd();
      const below = copyMountsBelow(directory);
      const overlay = makeOverlay(target);
      try {
        moveMount(overlay, '', MOVE_MOUNT_T_EMPTY_PATH, target);
        if (directory === '/') {
          fchdir(overlay);
          chroot('.');
        }
        for (const { tree, mountPoint } of below) moveMount(tree, mountPoint);
        process.chdir(cwd);
      } finally {
        for (const fd of [overlay, ...below.map(({ tree }) => tree)]) fs.closeSync(fd);
      }
    });
  });
}

interface CopiedTree {
  tree: number;
  mountPoint: string;
}

/** Copies of the mount trees right below `directory`: the overlay shows only what its own file system holds. */
function copyMountsBelow(directory: string): CopiedTree[] {
  const table = readMounts('self');
  const within = directory === '/' ? '/' : `${directory}/`;
  const below = new Set(table.under(directory).map((mount) => mount.mountPoint));
  below.delete(directory);
  const topMost = [...below].filter((path) => {
    const parents = [...below].filter((other) => other !== path && path.startsWith(`${other}/`));
    return path.startsWith(within) && parents.length === 0;
  });
  return topMost.map((mountPoint) => ({
    tree: openTree(mountPoint, OPEN_TREE_CLONE | AT_RECURSIVE),
    mountPoint,
  }));
}

function makeOverlay(lower: number): number {
  const cwd = openDirectory('.');
  const scratch = makeTmpfs();
  try {
    moveMount(scratch, '/');
    try {
      for (const name of ['lower', 'upper', 'work']) mkdirat(scratch, name);
      const copy = openTree('', OPEN_TREE_CLONE | AT_EMPTY_PATH, lower);
      moveMount(copy, 'lower', 0, scratch);
      fs.closeSync(copy);
      // Relative paths: the layers' own names could hold the colons and commas that overlay gives a meaning.
      fchdir(scratch);
      copyAttributes('lower', 'upper');
      return makeFileSystem('overlay', {
        source: 'mountns',
        lowerdir: 'lower',
        upperdir: 'upper',
        workdir: 'work',
      });
    } finally {
      fchdir(scratch);
      umount2('.', MNT_DETACH);
    }
  } finally {
    fchdir(cwd);
    for (const fd of [scratch, cwd]) fs.closeSync(fd);
  }
}

/** The root of an overlay has the attributes of its upper layer. */
function copyAttributes(from: string, to: string): void {
  const { mode, uid, gid, atime, mtime } = fs.statSync(from);
  fs.chownSync(to, uid, gid);
  fs.chmodSync(to, mode & 0o7777);
  fs.utimesSync(to, atime, mtime);
}

function makeTmpfs(): number {
  return makeFileSystem('tmpfs', { source: 'mountns', mode: '0755' });
}
