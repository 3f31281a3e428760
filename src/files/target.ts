import { lstatSync } from 'node:fs';
import { O_PATH } from '../../native/constants.cjs';
import { openWithoutSymlinks } from '../../native/directories.cjs';
import { encodePath, FOREIGN_SURROGATE } from '../../native/path-bytes.cjs';
import { SystemCallError } from '../../native/system-call-error.cjs';
import { probe, unless } from '../../native/unless.cjs';
import { using } from '../../native/using.cjs';
import { invalidArgument } from '../errors/invalid-argument.js';
import { MountError } from '../errors/mount-error.js';
import { ancestors, join } from '../mounts/absolute-path.js';
import { printable } from '../mounts/printable.js';
import { findRealPath } from './real-path.js';

/**
 * The normal form of a path that a user gave: absolute, no `.`, `..`, doubled or trailing slashes.
 *
 * @throws {TypeError} naming the value, when it is no absolute path.
 */
export function checkPath(name: string, value: unknown): string {
  if (typeof value !== 'string') throw invalidArgument(`${name} must be a string`, value);
  if (value === '') throw new TypeError(`${name} must not be empty`);
  if (value.includes('\0')) throw invalidArgument(`${name} must not contain a NUL byte`, value);
  if (FOREIGN_SURROGATE.test(value))
    throw invalidArgument(`${name} must not contain a lone surrogate outside U+DC80 to U+DCFF`, value);
  if (!value.startsWith('/')) throw invalidArgument(`${name} must be an absolute path`, value);
  if (value.split('/').includes('..')) {
    throw invalidArgument(`${name} must not contain ".."`, value);
  }
  const parts = value.split('/').filter((part) => part !== '' && part !== '.');
  return `/${parts.join('/')}`;
}

/** Refuses `/` as a mount point: what is mounted there lies on the root of this process, and no path leads to it. */
export function refuseRoot(path: string): void {
  if (path !== '/') return;
  throw new MountError(
    {
      summary: 'cannot mount on /: it is the root of this process',
      why: 'no path would lead to the new mount, the root stays the one beneath it',
      fix: 'mount it elsewhere, and make that the root: ns.pivotRoot(path)',
    },
    { code: 'EBUSY', path },
  );
}

/** What was found at a path once: the path may lead elsewhere by now, the descriptor does not. */
export interface Target {
  /** In its normal form. */
  path: string;
  /** `O_PATH` */
  fd: number;
}

/** Runs `use` with a descriptor of what is at `path` now; it is closed afterwards. */
export function withTarget<T>(path: string, use: (fd: number) => T): T {
  return using(openTarget(path), use);
}

/**
 * A descriptor (`O_PATH`) of what is at `path`. Working on it, a path that is changed meanwhile can't lead elsewhere.
 *
 * @throws {MountError} ELOOP, when a component is a symbolic link: it could lead out of the tree that was meant.
 */
export function openTarget(path: string): number {
  try {
    return openWithoutSymlinks(path, O_PATH);
  } catch (error) {
    if (error instanceof SystemCallError && error.code === 'ELOOP') throw symbolicLink(path);
    throw error;
  }
}

/** As {@link openTarget}; undefined where nothing is there. */
export function openIfThere(path: string): number | undefined {
  return unless(['ENOENT'], () => openTarget(path));
}

function symbolicLink(path: string): MountError {
  const isLink = (part: string) =>
    lstatSync(encodePath(part), { throwIfNoEntry: false })?.isSymbolicLink() === true;
  const link = ancestors(path).find(isLink) ?? path;
  return new MountError(
    {
      summary: `cannot use ${printable(path)}: ${printable(link)} is a symbolic link`,
      why: 'mountns follows no symbolic links to mount points, a link could lead elsewhere',
      fix: fixOf(path),
    },
    { code: 'ELOOP', path },
  );
}

function fixOf(path: string): string | undefined {
  const there = ancestors(path).findLast((part) => probe(() => lstatSync(encodePath(part)))) ?? '/';
  const real = findRealPath(there);
  return real && `give the path that it stands for: ${printable(join(real, path.slice(there.length)))}`;
}
