import { constants } from 'node:fs';
import { MOUNT_ATTR_RDONLY } from '../../native/constants.cjs';
import { giveAttributes } from './give-attributes.js';
import { openFile, writeNewFile } from './probe-file.js';
import type { Recipe } from './recipe.js';

/** A read-only mount. */
export const EROFS: Recipe = {
  kinds: ['directory', 'file'],
  induce: (fault) => giveAttributes(fault, MOUNT_ATTR_RDONLY),
  probe({ path, kind }) {
    if (kind === 'directory') writeNewFile(path);
    else openFile(path, constants.O_WRONLY);
  },
};
