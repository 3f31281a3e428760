import { closeSync, openSync, unlinkSync, writeSync } from 'node:fs';
import { withPathOf } from '../files/descriptor-path.js';
import { withTarget } from '../files/target.js';
import { unusedPath } from '../files/unused-path.js';

/** Creates a file in `directory`, writes to it, and removes it again. */
export function writeNewFile(directory: string): void {
  withTarget(directory, (found) =>
    withPathOf(found, (place) => {
      const path = unusedPath(place);
      const fd = openSync(path, 'wx');
      try {
        writeSync(fd, 'x');
      } finally {
        closeSync(fd);
        unlinkSync(path);
      }
    }),
  );
}
