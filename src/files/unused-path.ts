import { encodePath } from '../../native/path-bytes.cjs';
import { join } from '../mounts/absolute-path.js';

// Tests replace it.
const { random } = Math;

/** A path in `directory` at which nothing is. */
export function unusedPath(directory: string): Buffer {
  return encodePath(join(directory, `/.mountns-probe-${random()}`));
}
