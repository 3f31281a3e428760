import { fchmodSync, fchownSync, fstatSync, futimesSync } from 'node:fs';
import { unless } from '../../native/unless.cjs';
import { fgetxattr, flistxattr, fsetxattr } from '../../native/xattr.cjs';

/** Gives `to` the owner, mode, times and extended attributes of `from`; both are open for reading. */
export function copyAttributes(from: number, to: number): void {
  const { mode, uid, gid, atime, mtime } = fstatSync(from);
  // An owner that has no number in this user namespace can't be given to anything here.
  unless(['EINVAL', 'EPERM'], () => fchownSync(to, uid, gid));
  fchmodSync(to, mode & 0o7777);
  for (const name of flistxattr(from).filter(isPublic)) {
    unless(['EOPNOTSUPP', 'EPERM'], () => fsetxattr(to, name, fgetxattr(from, name)));
  }
  futimesSync(to, atime, mtime);
}

/** The end of the name of what {@link noteProvided} notes. */
export const NOTE = '.mountns.provided';

/** Labels are the security module's, what overlay notes is about its layers alone, and what this package notes its own. */
export function isPublic(name: string): boolean {
  return !name.endsWith(NOTE) && !/^(security\.(?!capability$)|(trusted|user)\.overlay\.)/.test(name);
}
