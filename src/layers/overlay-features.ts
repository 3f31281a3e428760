import { constants } from 'node:fs';
import { openat } from '../../native/directories.cjs';
import { succeeds } from '../../native/unless.cjs';
import { using } from '../../native/using.cjs';
import { fremovexattr, fsetxattr } from '../../native/xattr.cjs';
import { NamespaceError } from '../errors/namespace-error.cjs';

/** The options of an overlay that are not about its layers. Kernels are built with different defaults. */
export function overlayFeatures(xattrs: 'trusted' | 'user'): Record<string, string | true> {
  return {
    index: 'off',
    metacopy: 'off',
    // With it files would have the st_dev of their directories, but inode numbers that do not fit a JavaScript number:
    // rounded to these, different files would seem to be one.
    xino: 'off',
    ...(xattrs === 'user' ? { userxattr: true } : { redirect_dir: 'on' }),
  };
}

/**
 * Where overlay can keep its notes on the file system of `scratch`: `user` in a user namespace, where nobody may
 * write `trusted`.
 */
export function usableXattrs(scratch: number): 'trusted' | 'user' {
  const usable = findXattrs(scratch);
  if (usable !== undefined) return usable;
  throw new NamespaceError({
    summary: 'cannot make a file system copy-on-write: overlay finds no place for its notes',
    why: 'a tmpfs takes neither trusted nor user extended attributes here',
    fix: 'run as root outside of a user namespace, or on Linux 6.6 or later',
  });
}

/** As {@link usableXattrs}; undefined where it can keep none. */
export function findXattrs(scratch: number): 'trusted' | 'user' | undefined {
  return using(openat(scratch, '.', constants.O_RDONLY | constants.O_DIRECTORY), (root) =>
    (['trusted', 'user'] as const).find((xattrs) => hasXattrs(root, xattrs)),
  );
}

function hasXattrs(fd: number, kind: string): boolean {
  const name = `${kind}.overlay.mountns`;
  return succeeds(['EPERM', 'EOPNOTSUPP'], () => {
    fsetxattr(fd, name, Buffer.from('y'));
    fremovexattr(fd, name);
  });
}
