import { makeCharacterDevice } from '../../native/directories.cjs';
import { openFile } from './probe-file.js';
import type { Recipe } from './recipe.js';
import { mountReplacement } from './replacement.js';

/** The node of a device that the machine does not have. */
export const ENODEV: Recipe = {
  kinds: ['file'],
  induce: (fault) =>
    mountReplacement(fault, (scratch) => {
      makeCharacterDevice(scratch, 'node', MISC_MAJOR, DYNAMIC_MINOR);
      return 'node';
    }),
  probe: ({ path }) => openFile(path),
};

// linux/miscdevice.h. Other majors answer with ENXIO, and on older kernels so do minors above 255. This minor asks the
// kernel to choose one (MISC_DYNAMIC_MINOR): no device has it.
const MISC_MAJOR = 10;
const DYNAMIC_MINOR = 255;
