import { constants, fchmodSync } from 'node:fs';
import {
  MOUNT_ATTR_NODEV,
  MOUNT_ATTR_NOEXEC,
  MOUNT_ATTR_NOSUID,
  MOUNT_ATTR_RDONLY,
  OPEN_TREE_CLONE,
} from '../../native/constants.cjs';
import { openat } from '../../native/directories.cjs';
import { mountSetattr, openTree } from '../../native/mount-tree.cjs';
import { closingOnError, using } from '../../native/using.cjs';
import { checkPath, openTarget, refuseRoot } from '../files/target.js';
import { attachTo } from '../layers/attach-to.js';
import { makeFileSystem } from '../layers/file-system.js';
import { withScratch } from '../layers/scratch.js';
import { printable } from '../mounts/printable.js';
import { kindOf } from './attach.js';
import { operateInSteps } from './operate.js';

/** Hides what is at `target`: a directory is empty and read-only from now on, a file too. */
export function maskPath(target: string): void {
  const path = checkPath('target', target);
  refuseRoot(path);
  operateInSteps({ operation: 'mask', action: `mask ${printable(path)}`, path }, (steps) => {
    const fd = steps.closing(openTarget(path));
    const mask = kindOf(fd) === 'directory' ? makeEmptyDirectory() : makeEmptyFile();
    attachTo(fd, steps.closing(mask), steps);
  });
}

function makeEmptyDirectory(): number {
  return makeFileSystem('tmpfs', { source: SOURCE, mode: '0555' }, { attributes: ATTRIBUTES });
}

// Not /dev/null: a write to that would seem to work.
function makeEmptyFile(): number {
  return withScratch(
    (scratch) => {
      const { O_CREAT, O_WRONLY } = constants;
      using(openat(scratch, 'empty', O_CREAT | O_WRONLY), (file) => fchmodSync(file, 0o444));
      return closingOnError(openTree('empty', OPEN_TREE_CLONE, scratch), (tree) =>
        mountSetattr(tree, 0, { attrSet: ATTRIBUTES }),
      );
    },
    { source: SOURCE },
  );
}

const ATTRIBUTES = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
// As the mount table shows it.
const SOURCE = 'mask';
