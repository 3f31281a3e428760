import { closeSync, constants, readdirSync, statSync } from 'node:fs';
import { AT_SYMLINK_NOFOLLOW, MOUNT_ATTR_NOSYMFOLLOW, OPEN_TREE_CLONE } from '../../native/constants.cjs';
import { openat, symlinkat } from '../../native/directories.cjs';
import { mountSetattr, openTree } from '../../native/mount-tree.cjs';
import { encodePath } from '../../native/path-bytes.cjs';
import { attachTo } from '../layers/attach-to.js';
import { withScratch } from '../layers/scratch.js';
import { giveAttributes } from './give-attributes.js';
import type { Fault, Recipe } from './recipe.js';

/** A file becomes a symbolic link to itself; in a directory, no symbolic link is followed (`nosymfollow`). */
export const ELOOP: Recipe = {
  kinds: ['directory', 'file'],
  induce(fault) {
    if (fault.kind === 'directory') giveAttributes(fault, MOUNT_ATTR_NOSYMFOLLOW);
    else mountLinkToItself(fault);
  },
  probe({ path, kind }) {
    if (kind === 'file') statSync(encodePath(path));
    else followLink(path);
  },
};

function mountLinkToItself({ path, fd, steps }: Fault): void {
  const link = withScratch((scratch) => {
    symlinkat(path, scratch, 'link');
    return openTree('link', OPEN_TREE_CLONE | AT_SYMLINK_NOFOLLOW, scratch);
  });
  attachTo(fd, steps.closing(link), steps);
}

/** A link of the directory, or where there is none, one on another mount of this kind: nothing is made on the host's. */
function followLink(directory: string): void {
  const link = readdirSync(encodePath(directory), { withFileTypes: true, encoding: 'buffer' }).find((entry) =>
    entry.isSymbolicLink(),
  );
  if (link !== undefined) {
    statSync(Buffer.concat([encodePath(directory), Buffer.from('/'), link.name]));
    return;
  }
  withScratch((scratch) => {
    symlinkat('.', scratch, 'link');
    mountSetattr(scratch, 0, { attrSet: MOUNT_ATTR_NOSYMFOLLOW });
    closeSync(openat(scratch, 'link', constants.O_RDONLY));
  });
}
