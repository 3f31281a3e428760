import { closeSync } from 'node:fs';
import { MNT_DETACH } from '../../native/constants.cjs';
import { umount2 } from '../../native/mount.cjs';
import { moveMount } from '../../native/mount-tree.cjs';
import { makeFileSystem } from './file-system.js';
import { OWN_LAYER } from './own-layer.js';

/**
 * Runs `use` with a descriptor of an empty tmpfs. It has a place in the mount tree meanwhile, on top of `/`
 * where no path leads: kernels before 6.15 copy nothing from a detached mount, and overlay takes no layers there.
 *
 * @param options of the tmpfs, `size` say
 */
export function withScratch<T>(use: (scratch: number) => T, options: Record<string, string> = {}): T {
  const scratch = makeFileSystem('tmpfs', { source: OWN_LAYER, mode: '0755', ...options });
  try {
    moveMount(scratch, '/');
    try {
      return use(scratch);
    } finally {
      umount2('/', MNT_DETACH);
    }
  } finally {
    closeSync(scratch);
  }
}
