import { encodePath } from '../../../native/path-bytes.cjs';
import type { Failure, Reason } from '../failure.js';

/** ENAMETOOLONG: which limit it is (path_resolution(7), "Length limits"). */
export function explainTooLong({ path, dest = '', sources = {} }: Failure): Reason | undefined {
  for (const each of [path, dest, ...Object.values(sources)]) {
    const { length } = encodePath(each);
    if (length > 4095) {
      return {
        why: `the path has ${length} bytes, and the kernel takes at most 4095`,
        fix: 'bind a directory on the way to a shorter path, and go on from there',
      };
    }
    const longest = Math.max(...each.split('/').map((name) => encodePath(name).length));
    if (longest > 255) return { why: `a name in the path has ${longest} bytes, and can have at most 255` };
  }
  return undefined;
}
