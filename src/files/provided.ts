import { lstatSync, rmdirSync, type Stats, unlinkSync } from 'node:fs';
import { decodePath, encodePath } from '../../native/path-bytes.cjs';
import { probe, unless } from '../../native/unless.cjs';
import { fgetxattr, flistxattr, fsetxattr } from '../../native/xattr.cjs';
import { isInUserNamespace } from '../namespace/user-namespace.cjs';
import { NOTE } from './attributes.js';
import type { FoundFile } from './found-file.js';

/** Where something was made to be mounted on, and what, the last one last. */
export const provided: (Pick<Stats, 'dev' | 'ino'> & { path: string })[] = [];

/** Removes what was made since there were `count`, where it is there without the mounts of a scope, and empty. */
export function removeProvided(count: number): void {
  for (const { path, dev, ino } of provided.splice(count).reverse()) {
    probe(() => {
      const bytes = encodePath(path);
      const found = lstatSync(bytes);
      if (found.dev !== dev || found.ino !== ino) return;
      if (found.isDirectory()) rmdirSync(bytes);
      else if (!found.size) unlinkSync(bytes);
    });
  }
}

/**
 * Notes at a new file or directory that it was made to be mounted on. The note goes when that goes.
 *
 * @param names the end of its path, with all names that were new: it tells the file from one that was renamed or copied
 */
export function noteProvided(fd: number, names: string): void {
  const note = `${isInUserNamespace() ? 'user' : 'trusted'}${NOTE}`;
  unless(['EOPNOTSUPP', 'EPERM', 'ENOSPC'], () => fsetxattr(fd, note, encodePath(names)));
}

/** Whether what is at `path` was made to be mounted on; a file with content is more than that by now. */
export function isProvided(file: FoundFile, path: string): boolean {
  const { stat } = file;
  if (!stat.isDirectory() && !(stat.isFile() && stat.size === 0)) return false;
  return file.read((fd) =>
    flistxattr(fd).some(
      (name) => name.endsWith(NOTE) && path.endsWith(`/${decodePath(fgetxattr(fd, name))}`),
    ),
  );
}
