import { closeSync, constants, readdirSync, statSync } from 'node:fs';
import { MOUNT_ATTR_NOSYMFOLLOW } from '../../native/constants.cjs';
import { openat, symlinkat } from '../../native/directories.cjs';
import { mountSetattr } from '../../native/mount-tree.cjs';
import { encodePath } from '../../native/path-bytes.cjs';
import { withScratch } from '../layers/scratch.js';
import { giveAttributes } from './give-attributes.js';
import type { Recipe } from './recipe.js';
import { mountReplacement } from './replacement.js';

/** A file becomes a symbolic link to itself; in a directory, no symbolic link is followed (`nosymfollow`). */
export const ELOOP: Recipe = {
  kinds: ['directory', 'file'],
  induce(fault) {
    if (fault.kind === 'directory') giveAttributes(fault, MOUNT_ATTR_NOSYMFOLLOW);
    else
      mountReplacement(fault, (scratch) => {
        symlinkat(fault.path, scratch, 'link');
        return 'link';
      });
  },
  probe({ path, kind }) {
    if (kind === 'file') statSync(encodePath(path));
    else followLink(path);
  },
};

/** A link of the directory, or where there is none, one on another mount of this kind: nothing is made on the host's. */
function followLink(directory: string): void {
  const link = readdirSync(encodePath(directory), { withFileTypes: true, encoding: 'buffer' }).find((entry) =>
    entry.isSymbolicLink(),
  );
  if (link !== undefined) {
    statSync(Buffer.concat([encodePath(`${directory}/`), link.name]));
    return;
  }
  withScratch((scratch) => {
    symlinkat('.', scratch, 'link');
    mountSetattr(scratch, 0, { attrSet: MOUNT_ATTR_NOSYMFOLLOW });
    closeSync(openat(scratch, 'link', constants.O_RDONLY));
  });
}
