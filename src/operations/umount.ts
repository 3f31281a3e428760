import { basename, dirname } from 'node:path/posix';
import { MNT_DETACH, MNT_FORCE, UMOUNT_NOFOLLOW } from '../../native/constants.cjs';
import { umount2 } from '../../native/mount.cjs';
import { isMountRoot, mountIdOf } from '../../native/statx.cjs';
import type { Attempt } from '../errors/failure.js';
import { MountError } from '../errors/mount-error.js';
import { withPathOf } from '../files/descriptor-path.js';
import { checkPath, withTarget } from '../files/target.js';
import { refreshWorkingDirectory } from '../files/working-directory.js';
import { watched } from '../leaks/leak-watch.js';
import { printable } from '../mounts/printable.js';
import { pinsInPlace } from '../scope/scopes.js';
import { operate } from './operate.js';
import { checkOptions } from './options.js';

/** Options of umount2(2). */
export interface UmountOptions {
  /** MNT_DETACH: take it out of the tree now, though it is in use. */
  lazy?: boolean | undefined;
  /** MNT_FORCE: abort requests under way, for file systems that can. */
  force?: boolean | undefined;
}

/** Takes the top-most mount at `target` away. */
export function unmount(target: string, options: UmountOptions): void {
  const mountPoint = checkPath('target', target);
  checkOptions('umount', options, [], ['lazy', 'force']);
  const flags = UMOUNT_NOFOLLOW | (options.lazy ? MNT_DETACH : 0) | (options.force ? MNT_FORCE : 0);
  const what: Attempt = { operation: 'umount', action: `umount ${printable(mountPoint)}`, path: mountPoint };
  operate(what, () => {
    // Opened by its name, `/` is the root itself, not what is stacked on it and would be taken away.
    withTarget(mountPoint === '/' ? '/..' : mountPoint, (fd) => {
      pinsInPlace()?.refuse(fd, what, 'umount2');
      if (!options.lazy && isOwnRoot(fd)) throw ownRoot(mountPoint);
    });
    // A descriptor of the mount itself would make it busy.
    withTarget(dirname(mountPoint), (parent) =>
      withPathOf(parent, (path) => {
        umount2(mountPoint === '/' ? '/' : `${path}/${basename(mountPoint)}`, flags, mountPoint);
      }),
    );
    // It may have been on what was taken out of the tree.
    if (options.lazy) refreshWorkingDirectory();
  });
  watched.file?.onMounted(mountPoint);
}

/** Whether `fd` is of the mount that this process has its root on: that is what umount2(2) looks at. */
function isOwnRoot(fd: number): boolean {
  return mountIdOf('', fd) === mountIdOf('/') && isMountRoot('', fd);
}

function ownRoot(path: string): MountError {
  return new MountError(
    {
      summary: `cannot umount ${printable(path)}: it is the root of this process`,
      why: 'the kernel does not unmount that: it would make the file system itself read-only, the host’s too',
      fix: "make this mount alone read-only: ns.readonly('/'); or take it out of the tree, after which nothing can be mounted: ns.umount('/', { lazy: true })",
    },
    { code: 'EBUSY', path },
  );
}
