import { rmdirSync, unlinkSync } from 'node:fs';
import { basename, dirname } from 'node:path/posix';
import { encodePath } from '../../native/path-bytes.cjs';
import { isMountRoot } from '../../native/statx.cjs';
import { withPathOf } from '../files/descriptor-path.js';
import { withTarget } from '../files/target.js';
import { giveAttributes } from './give-attributes.js';
import type { Recipe } from './recipe.js';

/** A mount point, which can be neither removed nor renamed. */
export const EBUSY: Recipe = {
  kinds: ['directory', 'file'],
  induce: (fault) => giveAttributes(fault),
  probe({ path, kind }) {
    withTarget(dirname(path), (fd) =>
      withPathOf(fd, (parent) => {
        const bytes = encodePath(path === '/' ? path : `${parent}/${basename(path)}`);
        // Or what is there would be gone.
        if (!isMountRoot(bytes)) return;
        if (kind === 'directory') rmdirSync(bytes);
        else unlinkSync(bytes);
      }),
    );
  },
};
