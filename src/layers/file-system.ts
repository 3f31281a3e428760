import fs from 'node:fs';
import { fsconfigCreate, fsconfigSet, fsmount, fsopen } from '../../native/mount-tree.cjs';

/**
 * Makes a file system of `type` and returns a detached mount of it, as a descriptor. Each option is handed over
 * by itself, so that a value can't smuggle in another option.
 *
 * @param attributes `MOUNT_ATTR_*`
 */
export function makeFileSystem(type: string, options: Record<string, string | true>, attributes = 0): number {
  const context = fsopen(type);
  try {
    for (const [key, value] of Object.entries(options)) fsconfigSet(context, key, value);
    fsconfigCreate(context);
    return fsmount(context, attributes);
  } finally {
    fs.closeSync(context);
  }
}
