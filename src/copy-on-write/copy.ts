import { accessSync, closeSync, constants, openSync, readSync, writeSync } from 'node:fs';
import { mkdirat, openat, readlinkat, symlinkat } from '../../native/directories.cjs';
import { readDirectory } from '../../native/directory-entries.cjs';
import { decodePath, encodePath } from '../../native/path-bytes.cjs';
import { using } from '../../native/using.cjs';
import { copyAttributes } from '../files/attributes.js';
import { withPathOf } from '../files/descriptor-path.js';
import { type FoundFile, findFile } from '../files/found-file.js';
import { isBelow, join } from '../mounts/absolute-path.js';
import type { MountTable } from '../mounts/mount-table.js';
import { type Part, partAt } from './part.js';

/** Copies the file that `from` was opened for, with its attributes, to `name` in `directory`. */
export function copyFile(from: number, directory: number, name: string | Buffer): void {
  using(openat(directory, name, O_CREAT | O_EXCL | O_RDWR), (to) => {
    const buffer = Buffer.allocUnsafe(65536);
    for (let position = 0; ; ) {
      const length = readSync(from, buffer, 0, buffer.length, position);
      if (length === 0) break;
      for (let written = 0; written < length; ) {
        written += writeSync(to, buffer, written, length - written);
      }
      position += length;
    }
    copyAttributes(from, to);
  });
}

/** Copies the directory that `from` was opened for, without what is in it, to `name` in `directory`. */
export function copyEmptyDirectory(from: number, directory: number, name: string | Buffer): void {
  mkdirat(directory, name);
  using(openat(directory, name, O_RDONLY | O_DIRECTORY), (to) => copyAttributes(from, to));
}

/** A directory that is copied as far as mounts are locked below it. */
export interface Skeleton {
  part: Part;
  table: MountTable;
  /** Where the copy goes, as `name`. */
  directory: number;
  name: string | Buffer;
  /** Told the path of everything that is copied. */
  onCopied: (path: string) => void;
}

/**
 * Copies a directory, and those below that mounts lie in, with their files. All other directories and mount
 * points become empty ones; what has to be mounted there is returned, but for mounts.
 */
export function copySkeleton(skeleton: Skeleton): Part[] {
  const { part, directory, name } = skeleton;
  mkdirat(directory, name);
  return using(openSync(encodePath(part.path), O_RDONLY | O_DIRECTORY), (from) =>
    using(openat(directory, name, O_RDONLY | O_DIRECTORY), (to) => {
      const pieces = readDirectory(from).flatMap((entry) => copyNamed(entry, from, to, skeleton));
      copyAttributes(from, to);
      return pieces;
    }),
  );
}

function copyNamed(name: Buffer, from: number, to: number, { part, ...rest }: Skeleton): Part[] {
  const found = findFile(from, name);
  // Somebody has deleted it meanwhile.
  if (found === undefined) return [];
  const path = join(part.path, `/${decodePath(name)}`);
  try {
    return copyEntry({ ...rest, part: partAt(path, part, 'protect'), directory: to, name }, found);
  } finally {
    found.close();
  }
}

function copyEntry(entry: Skeleton, { fd, stat }: FoundFile): Part[] {
  const { part, table, directory, name, onCopied } = entry;
  const isMountPoint = table.at(part.path) !== undefined;
  if (stat.isDirectory()) {
    if (!isMountPoint && [...table].some((mount) => isBelow(mount.mountPoint, part.path))) {
      onCopied(part.path);
      return copySkeleton(entry);
    }
    mkdirat(directory, name);
    return isMountPoint ? [] : [part];
  }
  if (stat.isSymbolicLink()) {
    symlinkat(readlinkat(fd, ''), directory, name);
    onCopied(part.path);
    return [];
  }
  if (!isMountPoint && stat.isFile() && isWritable(part.path)) {
    // Not by its path: it may be gone.
    const file = withPathOf(fd, (place) => openSync(place, O_RDONLY));
    using(file, () => copyFile(file, directory, name));
    onCopied(part.path);
    return [];
  }
  closeSync(openat(directory, name, O_CREAT | O_EXCL | O_RDWR));
  return isMountPoint ? [] : [{ ...part, treatment: 'seal' }];
}

function isWritable(path: string): boolean {
  try {
    accessSync(encodePath(path), constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

const { O_CREAT, O_DIRECTORY, O_EXCL, O_RDONLY, O_RDWR } = constants;
