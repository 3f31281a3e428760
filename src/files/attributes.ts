import { fchmodSync, fchownSync, fstatSync, openSync } from 'node:fs';
import { futimens } from '../../native/futimens.cjs';
import { encodePath } from '../../native/path-bytes.cjs';
import { timesOf } from '../../native/statx.cjs';
import { unless } from '../../native/unless.cjs';
import { using } from '../../native/using.cjs';
import { fgetxattr, flistxattr, fsetxattr } from '../../native/xattr.cjs';

/** Gives `to` the owner, mode, times and extended attributes of `from`; both are open for reading. */
export function copyAttributes(from: number, to: number): void {
  const { mode, uid, gid } = fstatSync(from);
  // Not as Dates, which are rounded to milliseconds.
  const times = timesOf('', from);
  // An owner that has no number in this user namespace can't be given to anything here.
  unless(['EINVAL', 'EPERM'], () => fchownSync(to, uid, gid));
  fchmodSync(to, mode & 0o7777);
  for (const name of flistxattr(from).filter(isPublic)) {
    unless(['EOPNOTSUPP', 'EPERM'], () => fsetxattr(to, name, fgetxattr(from, name)));
  }
  futimens(to, times);
}

/** Sets the times of `path` again, a directory that others may own. */
export function restoreTimes(path: string, times: Buffer): void {
  unless(['EACCES', 'EPERM'], () => using(openSync(encodePath(path), 'r'), (fd) => futimens(fd, times)));
}

/** The end of the name of what {@link noteProvided} notes. */
export const NOTE = '.mountns.provided';

/** Labels are the security module's, what overlay notes is about its layers alone, and what this package notes its own. */
export function isPublic(name: string): boolean {
  return !name.endsWith(NOTE) && !/^(security\.(?!capability$)|(trusted|user)\.overlay\.)/.test(name);
}
