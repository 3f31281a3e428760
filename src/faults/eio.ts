import fs from 'node:fs';
import { OPEN_TREE_CLONE } from '../../native/constants.cjs';
import { openTree } from '../../native/mount-tree.cjs';
import { encodePath } from '../../native/path-bytes.cjs';
import { attachTo } from '../operations/attach.js';
import type { Recipe } from './recipe.js';

/**
 * The memory of this process as a file, which fails where nothing is mapped: at its beginning, where everybody
 * starts to read and write. It can be opened, and is a regular file of size 0.
 */
export const EIO: Recipe = {
  kinds: ['file'],
  induce({ fd, steps }) {
    const memory = openTree('/proc/self/mem', OPEN_TREE_CLONE);
    attachTo(fd, steps.closing(memory), steps);
  },
  probe({ path }) {
    const fd = fs.openSync(encodePath(path), 'r');
    try {
      fs.readSync(fd, Buffer.alloc(1));
    } finally {
      fs.closeSync(fd);
    }
  },
};
