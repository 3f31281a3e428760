import { closeSync, openSync, statSync, unlinkSync } from 'node:fs';
import { encodePath } from '../../native/path-bytes.cjs';
import { timesOf } from '../../native/statx.cjs';
import { NamespaceError } from '../errors/namespace-error.cjs';
import { restoreTimes } from '../files/attributes.js';
import { findFile } from '../files/found-file.js';
import { unusedPath } from '../files/unused-path.js';
import { isBelow } from '../mounts/absolute-path.js';
import { formatMount } from '../mounts/format-mount.js';
import { isReadOnly } from '../mounts/mount.js';
import { printable } from '../mounts/printable.js';
import { readMounts } from '../mounts/read-mounts.js';
import { fromRoot } from './old-tree.js';
import { isFault, isVirtual } from './treatment.js';

/**
 * Proves that a write to `path`, a file or a directory, does not reach what was there before.
 *
 * @param root the root directory of the old tree
 * @throws {NamespaceError} when it does.
 */
export function proveContained(path: string, root: number): void {
  if (!statSync(encodePath(path)).isDirectory() || !proveByCanary(path, root)) proveOther(path, root);
}

/** Makes a file and looks for it on the old tree. Returns false where this process may make none. */
function proveByCanary(path: string, root: number): boolean {
  const canary = unusedPath(path);
  const times = timesOf(path);
  try {
    closeSync(openSync(canary, 'wx'));
  } catch (error) {
    if (['EACCES', 'EOVERFLOW', 'EROFS'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
  try {
    const found = findFile(root, canary.subarray(1));
    found?.close();
    if (found !== undefined) throw escaped(path, `a file made at ${canary} appeared there too`);
  } finally {
    unlinkSync(canary);
  }
  // It has changed them.
  restoreTimes(path, times);
  return true;
}

function proveOther(path: string, root: number): void {
  const before = findFile(root, fromRoot(path));
  // Somebody has deleted it meanwhile.
  if (before === undefined) return;
  before.close();
  const after = statSync(encodePath(path));
  if (before.stat.dev === after.dev && before.stat.ino === after.ino) throw escaped(path, 'it is the same');
}

/**
 * Proves that everything mounted in the copy-on-write parts of the tree is read-only, the kernel's own, a fault, or on
 * one of `devices`, those of the layers.
 */
export function proveNothingWritable(wanted: true | readonly string[], devices: ReadonlySet<string>): void {
  const table = readMounts('self');
  for (const mount of table) {
    if (isReadOnly(mount) || isVirtual(mount.fsType) || isFault(mount) || devices.has(mount.device)) continue;
    const { mountPoint } = mount;
    const isWanted =
      wanted === true || wanted.some((path) => path === mountPoint || isBelow(mountPoint, path));
    if (!isWanted || table.at(mountPoint) !== mount) continue;
    throw escaped(mountPoint, `it is still ${formatMount(mount)}`);
  }
}

function escaped(path: string, why: string): NamespaceError {
  return new NamespaceError(
    {
      summary: `cannot make ${printable(path)} copy-on-write: writes to it would reach what is there outside of the scope`,
      why,
      fix: 'this is a bug of mountns: nothing was changed, please report it with the output of `npx ns-tool doctor`',
    },
    'ERR_MOUNTNS_COPY_ON_WRITE',
  );
}
