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
      makeCharacterDevice(scratch, 'node', MISC_MAJOR, DYNAMIC_MINOR);
      return openTree('node', OPEN_TREE_CLONE, scratch);
    });
    attachTo(fd, steps.closing(node), steps);
  },
  probe({ path }) {
    closeSync(openSync(encodePath(path), 'r'));
  },
};

// linux/miscdevice.h. Other majors answer with ENXIO, and on older kernels so do minors above 255. This minor asks the
// kernel to choose one (MISC_DYNAMIC_MINOR): no device has it.
const MISC_MAJOR = 10;
const DYNAMIC_MINOR = 255;
