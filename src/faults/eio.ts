import { closeSync, constants, openSync } from 'node:fs';
import { OPEN_TREE_CLONE } from '../../native/constants.cjs';
import { mkdirat, openat } from '../../native/directories.cjs';
import { moveMount, openTree } from '../../native/mount-tree.cjs';
import { encodePath } from '../../native/path-bytes.cjs';
import { attachTo } from '../layers/attach-to.js';
import { makeFileSystem } from '../layers/file-system.js';
import { withScratch } from '../layers/scratch.js';
import type { Recipe } from './recipe.js';

/**
 * A pseudoterminal that is locked, as each one is until unlockpt(3): nobody can open it. Its other end stays open,
 * since a name that goes with it could not be mounted again, in a copy-on-write scope say.
 */
export const EIO: Recipe = {
  kinds: ['file'],
  induce({ fd, steps, keeping }) {
    const devpts = steps.closing(makeFileSystem('devpts', { mode: '666', ptmxmode: '600' }));
    const terminal = withScratch((scratch) => {
      mkdirat(scratch, 'pts');
      moveMount(devpts, 'pts', scratch);
      keeping(openat(scratch, 'pts/ptmx', constants.O_RDWR));
      return openTree('pts/0', OPEN_TREE_CLONE, scratch);
    });
    attachTo(fd, steps.closing(terminal), steps);
  },
  probe({ path }) {
    closeSync(openSync(encodePath(path), 'r'));
  },
};
