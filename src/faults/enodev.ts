import { closeSync, openSync } from 'node:fs';
import { OPEN_TREE_CLONE } from '../../native/constants.cjs';
import { makeCharacterDevice } from '../../native/directories.cjs';
import { openTree } from '../../native/mount-tree.cjs';
import { encodePath } from '../../native/path-bytes.cjs';
import { attachTo } from '../layers/attach-to.js';
import { withScratch } from '../layers/scratch.js';
import type { Recipe } from './recipe.js';

/** The node of a device that the machine does not have. */
export const ENODEV: Recipe = {
  kinds: ['file'],
  induce({ fd, steps }) {
    const node = withScratch((scratch) => {
      makeCharacterDevice(scratch, 'node', MISC_MAJOR, UNUSED_MINOR);
      return openTree('node', OPEN_TREE_CLONE, scratch);
    });
    attachTo(fd, steps.closing(node), steps);
  },
  probe({ path }) {
    closeSync(openSync(encodePath(path), 'r'));
  },
};

// linux/miscdevice.h. Other majors answer with ENXIO; minors are given out from the bottom.
const MISC_MAJOR = 10;
const UNUSED_MINOR = 0xffffe;
