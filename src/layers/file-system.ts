import { closeSync } from 'node:fs';
import {
  fsconfigCreate,
  fsconfigCreateExclusive,
  fsconfigSet,
  fsmount,
  fsopen,
  readFsContextLog,
} from '../../native/mount-tree.cjs';
import { SystemCallError } from '../../native/system-call-error.cjs';
import { succeeds } from '../../native/unless.cjs';
import { withOverrides } from '../namespace/privileges.cjs';

/** How {@link makeFileSystem} makes it. */
export interface FileSystemWishes {
  /** `MOUNT_ATTR_*` of its mount. */
  attributes?: number;
  /** Fail with EBUSY instead of taking a superblock that exists (Linux 6.6, ignored before that). */
  isNew?: boolean;
}

/**
 * Makes a file system of `type` and returns a detached mount of it, as a descriptor. Each option is handed over
 * by itself, so that a value can't smuggle in another option; one with a list of values is given once for each.
 */
export function makeFileSystem(
  type: string,
  options: Record<string, string | true | readonly string[]>,
  { attributes = 0, isNew = false }: FileSystemWishes = {},
): number {
  const context = fsopen(type);
  try {
    for (const [key, values] of Object.entries(options)) {
      for (const value of [values].flat() as (string | true)[]) fsconfigSet(context, key, value);
    }
    const create = () => {
      if (!isNew || !isCreatedExclusively(context)) fsconfigCreate(context);
    };
    if (type === 'overlay') withOverrides(create);
    else create();
    return fsmount(context, attributes);
  } catch (error) {
    if (error instanceof SystemCallError) {
      error.log = readFsContextLog(context);
      error.making = type;
    }
    throw error;
  } finally {
    closeSync(context);
  }
}

/** Older kernels, and file systems with the older interface, don't know the command: false. */
function isCreatedExclusively(context: number): boolean {
  return succeeds(['EOPNOTSUPP'], () => fsconfigCreateExclusive(context));
}
