import { openSync, writeSync } from 'node:fs';
import { basename, dirname } from 'node:path/posix';
import { isMountRoot } from '../../native/statx.cjs';
import { using } from '../../native/using.cjs';
import { copyFile } from '../copy-on-write/copy.js';
import { withPathOf } from '../files/descriptor-path.js';
import { openTarget, type Target, withTarget } from '../files/target.js';
import { attachTo } from '../layers/attach-to.js';
import { coverWithOverlay, writableAttributes } from '../layers/overlay-layer.js';
import { withScratch } from '../layers/scratch.js';
import { takingUnbindable } from '../layers/unbindable.js';
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
  induce({ path, fd, kind, options, steps, keeping }) {
    const lack: Lack = options.inodes ? 'inodes' : 'space';
    if (kind === 'directory') {
      const make = (attributes: number) => makeFullOverlay({ path, fd, lack, keeping }, steps, attributes);
      coverWithOverlay({ path, fd }, steps, make);
      return;
    }
    const [directory, name] = [dirname(path), basename(path)];
    const attributes = writableAttributes(fd);
    const makeFull = (parent: Target) =>
      makeFullOverlay({ ...parent, below: `/${name}`, lack, keeping }, steps, attributes);
    const full = isMountRoot('', fd)
      ? withCopy(fd, name, makeFull)
      : takingUnbindable(directory, () =>
          makeFull({ path: directory, fd: steps.closing(openTarget(directory)) }),
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

/** Of a file that is mounted, which the file system of its directory does not have. */
function withCopy(fd: number, name: string, use: (directory: Target) => number): number {
  return withScratch((scratch) => {
    const from = withPathOf(fd, (path) => openSync(path, 'r'));
    using(from, (file) => copyFile(file, scratch, name));
    return use({ path: '/', fd: scratch });
  });
}

function append(path: string): void {
  using(openSync(path, 'a'), (fd) => writeSync(fd, 'x'));
}
