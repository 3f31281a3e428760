import { closeSync, constants } from 'node:fs';
import { AT_RECURSIVE, OPEN_TREE_CLONE } from '../../native/constants.cjs';
import { mkdirat, openat, readlinkat, symlinkat } from '../../native/directories.cjs';
import { readDirectory } from '../../native/directory-entries.cjs';
import { moveMount, openTree } from '../../native/mount-tree.cjs';
import { isMountRoot } from '../../native/statx.cjs';
import { unless } from '../../native/unless.cjs';
import { copyAttributes } from '../files/attributes.js';
import { findFile } from '../files/found-file.js';
import type { Target } from '../files/target.js';
import { findWorkingDirectory, followWorkingDirectory } from '../files/working-directory.js';
import type { MountTable } from '../mounts/mount-table.js';
import { readMounts } from '../mounts/read-mounts.js';
import { cover } from './cover.js';
import { makeFileSystem } from './file-system.js';
import { isMovedAway } from './open-mount.js';
import { writableAttributes } from './overlay-layer.js';
import { OWN_LAYER } from './own-layer.js';
import type { Steps } from './steps.js';
import { takingUnbindable } from './unbindable.js';

/**
 * Covers a directory with a tmpfs that holds the same names, each with what it stood for bound to it: what is made
 * beside them stays in memory. It takes a mount for each name, and works where no overlay does, since the mounts
 * below are locked (mount_namespaces(7)): they come along.
 *
 * @returns a descriptor of the tmpfs' mount
 */
export function coverWithBinds(target: Target, steps: Steps): number {
  const attributes = writableAttributes(target.fd);
  const cwd = findWorkingDirectory();
  const from = steps.closing(openat(target.fd, '.', O_RDONLY | O_DIRECTORY));
  const layer = steps.closing(makeFileSystem('tmpfs', { source: OWN_LAYER }, { attributes }));
  const to = steps.closing(openat(layer, '.', O_RDONLY | O_DIRECTORY));
  takingUnbindable(target.path, () => {
    const table = readMounts('self');
    const copies = readDirectory(from).flatMap((name) => copyEntry({ name, from, to, table }, steps));
    copyAttributes(from, to);
    cover(target, layer, steps);
    for (const { tree, name } of copies) moveMount(tree, name, layer);
  });
  followWorkingDirectory(target.path, cwd, steps);
  return layer;
}

interface Entry {
  name: Buffer;
  from: number;
  to: number;
  table: MountTable;
}

/** Makes the same kind of entry; returns what is to be mounted on it, from the lowest up. */
function copyEntry(entry: Entry, steps: Steps): { tree: number; name: Buffer }[] {
  const { name, from, to, table } = entry;
  const found = findFile(from, name);
  // Somebody has deleted it meanwhile.
  if (found === undefined) return [];
  const { fd, stat } = found;
  steps.closing(fd);
  const copy = () => {
    const flags = OPEN_TREE_CLONE | AT_RECURSIVE;
    return { tree: steps.closing(openTree('', flags, fd)), name };
  };
  // One that is not locked can be unmounted, and what is beneath comes to light. (One on a file can't be moved.)
  if (isMountRoot('', fd) && isMovedAway(fd, table)) {
    const moveBack = () => moveMount(fd, name, from);
    // It may be back.
    steps.onFailure(() => unless(['ELOOP'], moveBack));
    const copies = [...copyEntry(entry, steps), copy()];
    moveBack();
    return copies;
  }
  if (stat.isSymbolicLink()) {
    symlinkat(readlinkat(fd, ''), to, name);
    return [];
  }
  if (stat.isDirectory()) mkdirat(to, name);
  // What is open for writing would keep the layer from being made read-only.
  else closeSync(openat(to, name, O_CREAT | O_EXCL | O_RDWR));
  return [copy()];
}

const { O_CREAT, O_DIRECTORY, O_EXCL, O_RDONLY, O_RDWR } = constants;
