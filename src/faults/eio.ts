import { constants } from 'node:fs';
import { mkdirat, openat } from '../../native/directories.cjs';
import { moveMount } from '../../native/mount-tree.cjs';
import { makeFileSystem } from '../layers/file-system.js';
import { openFile } from './probe-file.js';
import type { Recipe } from './recipe.js';
import { mountReplacement } from './replacement.js';

/**
 * A pseudoterminal that is locked, as each one is until unlockpt(3): nobody can open it. Its other end stays open,
 * since a name that goes with it could not be mounted again, in a copy-on-write scope say.
 */
export const EIO: Recipe = {
  kinds: ['file'],
  induce(fault) {
    const { steps, keeping } = fault;
    const devpts = steps.closing(makeFileSystem('devpts', { mode: '666', ptmxmode: '600' }));
    mountReplacement(fault, (scratch) => {
      mkdirat(scratch, 'pts');
      moveMount(devpts, 'pts', scratch);
      keeping(openat(scratch, 'pts/ptmx', constants.O_RDWR));
      return 'pts/0';
    });
  },
  probe: ({ path }) => openFile(path),
};
