import { closeSync, constants } from 'node:fs';
import { MS_PRIVATE, MS_UNBINDABLE } from '../../native/constants.cjs';
import { mkdirat, openat } from '../../native/directories.cjs';
import { mountSetattr, moveMount } from '../../native/mount-tree.cjs';
import { deviceOf } from '../../native/statx.cjs';
import { closingOnError } from '../../native/using.cjs';
import { makeFileSystem } from '../layers/file-system.js';
import { usableXattrs } from '../layers/overlay-features.js';
import { OWN_LAYER } from '../layers/own-layer.js';

/**
 * The tmpfs that holds what a copy-on-write scope writes. It is stacked on `/`, below the tree of the scope: a
 * place in the mount tree, which overlay asks of its layers before Linux 6.15, and one that no path leads to.
 */
export class Scratch {
  readonly fd: number;
  readonly device: string;
  /** Where overlay keeps its notes: `user` in a user namespace, where nobody may write `trusted`. */
  readonly xattrs: 'trusted' | 'user';
  #directories = 0;

  /** Made and in place; the caller takes it off `/`, and {@link Scratch.close}s it. */
  constructor() {
    this.fd = makeFileSystem('tmpfs', { source: OWN_LAYER, mode: '0755' });
    try {
      moveMount(this.fd, '/');
      // On a root that is shared it is too, and what is mounted in the scope would get into the layers.
      mountSetattr(this.fd, 0, { propagation: MS_PRIVATE });
      this.device = deviceOf(this.fd);
      this.xattrs = usableXattrs(this.fd);
    } catch (error) {
      closeSync(this.fd);
      throw error;
    }
  }

  /** Makes a directory, and returns a descriptor of it. */
  makeDirectory(): number {
    const name = String(++this.#directories);
    mkdirat(this.fd, name);
    return openat(this.fd, name, constants.O_RDONLY | constants.O_DIRECTORY);
  }

  /** Runs `copy`, which copies what lies below `/`, in such a way that this is left out. When it fails, the scope does. */
  leaveOut(copy: () => number): number {
    mountSetattr(this.fd, 0, { propagation: MS_UNBINDABLE });
    return closingOnError(copy(), () => mountSetattr(this.fd, 0, { propagation: MS_PRIVATE }));
  }

  close(): void {
    closeSync(this.fd);
  }
}
