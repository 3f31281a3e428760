import { closeSync, openSync, unlinkSync, writeSync } from 'node:fs';
import { encodePath } from '../../native/path-bytes.cjs';
import { withPathOf } from '../files/descriptor-path.js';
import { withTarget } from '../files/target.js';

const { random } = Math;

/** A path in `directory` at which nothing is. */
export function unusedPath(directory: string): Buffer {
  return encodePath(`${directory === '/' ? '' : directory}/.mountns-probe-${random()}`);
}

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
