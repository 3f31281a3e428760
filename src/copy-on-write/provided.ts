import { flistxattr, fsetxattr } from '../../native/xattr.cjs';
import { isInUserNamespace } from '../namespace/user-namespace.cjs';
import { ignoring } from './attributes.js';
import type { FoundFile } from './found-file.js';

/** Notes at a new file or directory that it was made to be mounted on. The note goes when that goes. */
export function noteProvided(fd: number): void {
  const note = `${isInUserNamespace() ? 'user' : 'trusted'}${NOTE}`;
  ignoring(['EOPNOTSUPP', 'EPERM', 'ENOSPC'], () => fsetxattr(fd, note, Buffer.from('y')));
}

/** Whether a file or directory was made to be mounted on; a file with content is more than that by now. */
export function isProvided(file: FoundFile): boolean {
  const { stat } = file;
  if (!stat.isDirectory() && !(stat.isFile() && stat.size === 0)) return false;
  return file.read((fd) => flistxattr(fd).some((name) => name.endsWith(NOTE)));
}

const NOTE = '.mountns.provided';
