import { renameSync } from 'node:fs';
import { dirname } from 'node:path/posix';
import { unusedPath } from '../files/unused-path.js';
import { giveAttributes } from './give-attributes.js';
import { induceError } from './induce-error.js';
import type { Recipe } from './recipe.js';

/** A boundary that rename(2) and link(2) do not cross: they compare mounts, not file systems. */
export const EXDEV: Recipe = {
  kinds: ['directory'],
  induce(fault) {
    if (fault.path === '/') {
      throw induceError(
        'EXDEV',
        '/',
        ': nothing lies outside of it, so nothing can be moved across its boundary',
        {
          fix: 'name the directory that files are moved into or out of',
        },
      );
    }
    giveAttributes(fault);
  },
  probe({ path }) {
    // The kernel compares the mounts before it looks for the files.
    renameSync(unusedPath(path), unusedPath(dirname(path)));
  },
};
