import { encodePath } from '../../native/path-bytes.cjs';
import { isMountRoot, mountIdOf } from '../../native/statx.cjs';
import { attempt } from '../errors/explain-mount.js';
import { MountError } from '../errors/mount-error.js';
import type { Mount } from '../mounts/mount.js';
import type { MountTable } from '../mounts/mount-table.js';
import { printable } from '../mounts/printable.js';
import { readMounts } from '../mounts/read-mounts.js';

/** Where a path lies, as the kernel resolves it. */
export interface PathPlace {
  /** The mount table of this process at that moment. */
  readonly mounts: MountTable;
  /** The mount that the path lies on. */
  readonly mount: Mount;
  /** Whether the path is the root of that mount. */
  readonly isMountPoint: boolean;
}

/**
 * Asks the kernel on which mount `path` lies, so that symbolic links count, which a mount table knows nothing of.
 *
 * @throws {MountError} with the errno's name as `code`, `ENOENT` if nothing is there; `ERR_MOUNTNS_DETACHED` if
 *   its mount is not in the table of this process.
 * @see statx(2)
 */
export function readPathPlace(path: string): PathPlace {
  const action = `look at ${printable(path)}`;
  const bytes = encodePath(path);
  const [mountId, isMountPoint] = attempt<[number, boolean]>({ action, path }, () => [
    mountIdOf(bytes),
    isMountRoot(bytes),
  ]);
  const mounts = readMounts('self');
  const mount = mounts.find({ id: mountId });
  if (mount === undefined) throw notInTable(action, path, mountId);
  return { mounts, mount, isMountPoint };
}

function notInTable(action: string, path: string, mountId: number): MountError {
  return new MountError(
    {
      summary: `${action} failed: it lies on mount ${mountId}, which is not in the mount table of this process`,
      why: 'that mount is detached, or outside the root directory of this process',
    },
    { code: 'ERR_MOUNTNS_DETACHED', path },
  );
}
