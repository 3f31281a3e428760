import fs from 'node:fs';
import { posix } from 'node:path';
import { isMountRoot } from '../../native/directories.cjs';
import { withPathOf } from '../layers/descriptor-path.js';
import { coverWithOverlay } from '../layers/overlay-layer.js';
import { takingUnbindable } from '../layers/unbindable.js';
import { attachTo } from '../operations/attach.js';
import { checkBoolean } from '../operations/options.js';
import { openTarget, withTarget } from '../operations/target.js';
import { type Lack, makeFullOverlay } from './full-overlay.js';
import { writeNewFile } from './probe-file.js';
import type { Recipe } from './recipe.js';

/**
 * A disk that is full: what is there can be read. Files can be made and deleted, but not written to; with `inodes`
 * there is space left, and no file can be made. Opening a file for writing that was not written to before needs
 * both, unless it is emptied.
 */
export const ENOSPC: Recipe = {
  kinds: ['directory', 'file'],
  options: ['inodes'],
  induce({ path, fd, kind, options, steps }) {
    checkBoolean('inodes', options.inodes);
    const lack: Lack = options.inodes ? 'inodes' : 'space';
    if (kind === 'directory') {
      const make = (attributes: number) => makeFullOverlay({ path, fd, lack }, steps, attributes);
      coverWithOverlay({ path, fd }, steps, make);
      return;
    }
    const [directory, name] = [posix.dirname(path), posix.basename(path)];
    const parent = { path: directory, fd: steps.closing(openTarget(directory)) };
    const full = takingUnbindable(directory, () =>
      makeFullOverlay({ ...parent, below: `/${name}`, lack }, steps),
    );
    attachTo(fd, full, steps);
  },
  probe({ path, kind }) {
    if (kind === 'directory') writeNewFile(path);
    else {
      withTarget(path, (fd) => {
        // Or the file itself would be written to.
        if (isMountRoot('', fd)) withPathOf(fd, append);
      });
    }
  },
};

function append(path: string): void {
  const fd = fs.openSync(path, 'a');
  try {
    fs.writeSync(fd, 'x');
  } finally {
    fs.closeSync(fd);
  }
}
