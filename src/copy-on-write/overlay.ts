import { fstatSync } from 'node:fs';
import { MOUNT_ATTR_RDONLY, MS_PRIVATE } from '../../native/constants.cjs';
import { mkdirat } from '../../native/directories.cjs';
import { mountSetattr, moveMount } from '../../native/mount-tree.cjs';
import { using } from '../../native/using.cjs';
import { inDirectory } from '../files/working-directory.js';
import { makeFileSystem } from '../layers/file-system.js';
import { overlayFeatures } from '../layers/overlay-features.js';
import { OWN_LAYER } from '../layers/own-layer.js';

/**
 * Mounts an overlay on `merged` in `directory`, of a new `upper` there and the given lower layers, top-most
 * first: detached mounts, which get a place there too.
 *
 * All names are relative: those of the layers could hold the colons and commas that overlay gives a meaning.
 */
export function mountOverlay(directory: number, lowers: readonly number[], xattrs: 'trusted' | 'user'): void {
  const names = lowers.map((_, index) => `lower${index}`);
  for (const name of [...names, 'upper', 'work', 'merged']) mkdirat(directory, name);
  for (const [index, lower] of lowers.entries()) {
    // Whatever goes wrong later, nothing is written through this.
    mountSetattr(lower, 0, { attrSet: MOUNT_ATTR_RDONLY, propagation: MS_PRIVATE });
    try {
      moveMount(lower, names[index] as string, directory);
    } catch (error) {
      // One that was deleted meanwhile can't be mounted (d_set_mounted()), and is as empty as what is in its place.
      if (fstatSync(lower).nlink > 0) throw error;
    }
  }
  inDirectory(directory, () => {
    const overlay = makeFileSystem('overlay', {
      source: OWN_LAYER,
      lowerdir: names.join(':'),
      upperdir: 'upper',
      workdir: 'work',
      ...overlayFeatures(xattrs),
    });
    using(overlay, () => moveMount(overlay, 'merged', directory));
  });
}
