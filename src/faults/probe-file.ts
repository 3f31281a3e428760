import { closeSync, constants, openSync, unlinkSync, writeSync } from 'node:fs';
import { encodePath } from '../../native/path-bytes.cjs';
import { timesOf } from '../../native/statx.cjs';
import { restoreTimes } from '../files/attributes.js';
import { withPathOf } from '../files/descriptor-path.js';
import { withTarget } from '../files/target.js';
import { unusedPath } from '../files/unused-path.js';

/** Creates a file in `directory`, writes to it, and removes it again; the times of `directory` stay as they are. */
export function writeNewFile(directory: string): void {
  withTarget(directory, (found) =>
    withPathOf(found, (place) => {
      const path = unusedPath(place);
      const times = timesOf('', found);
      const fd = openSync(path, 'wx');
      try {
        writeSync(fd, 'x');
      } finally {
        closeSync(fd);
        unlinkSync(path);
        restoreTimes(place, times);
      }
    }),
  );
}

/** Opens a file that may be a device. */
export function openFile(path: string, flags = constants.O_RDONLY): void {
  closeSync(openSync(encodePath(path), flags));
}
