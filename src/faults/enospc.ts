import fs from 'node:fs';
import { posix } from 'node:path';
import { isMountRoot } from '../../native/directories.cjs';
import { encodePath } from '../../native/path-bytes.cjs';
import { coverWithOverlay } from '../layers/overlay-layer.js';
import { attachTo } from '../operations/attach.js';
import { checkBoolean } from '../operations/options.js';
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
      const make = (attributes: number) => makeFullOverlay({ directory: path, lack }, steps, attributes);
      coverWithOverlay(path, steps, make);
      return;
    }
    const [directory, below] = [posix.dirname(path), `/${posix.basename(path)}`];
    attachTo(fd, makeFullOverlay({ directory, below, lack }, steps), path, steps);
  },
  probe({ path, kind }) {
    if (kind === 'directory') writeNewFile(path);
    // Or the file itself would be written to.
    else if (isMountRoot(encodePath(path))) append(path);
  },
};

function append(path: string): void {
  const fd = fs.openSync(encodePath(path), 'a');
  try {
    fs.writeSync(fd, 'x');
  } finally {
    fs.closeSync(fd);
  }
}
