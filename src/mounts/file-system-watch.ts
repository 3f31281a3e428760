import { closeSync } from 'node:fs';

import { IN_UNMOUNT } from '../../native/constants.cjs';
import { inotifyAddWatch, inotifyInit, inotifyRead } from '../../native/inotify.cjs';
import { encodePath } from '../../native/path-bytes.cjs';
import { SystemCallError } from '../../native/system-call-error.cjs';
import type { MountTable } from './mount-table.js';

/**
 * Tells which file systems have ended, unmounted everywhere: the kernel gives their device numbers to the next ones,
 * which a table then shows as the same. It keeps none of them busy. What can't be watched counts as living on.
 */
export class FileSystemWatch {
  #fd: number | undefined;
  readonly #devices = new Map<number, string>();

  /** Watches the file systems in `mounts` but not those of the host, which live on there. */
  constructor(mounts: MountTable, host: MountTable) {
    const known = new Set([...host].map(({ device }) => device));
    for (const mount of mounts) {
      const { device, mountPoint, fsType } = mount;
      // A block device has one number for good. Of FUSE, this call may ask a daemon, which can be this very process.
      if (known.has(device) || !device.startsWith('0:') || fsType.startsWith('fuse')) continue;
      if (mounts.at(mountPoint) !== mount) continue;
      try {
        this.#fd ??= inotifyInit();
        this.#devices.set(inotifyAddWatch(this.#fd, encodePath(mountPoint), IN_UNMOUNT), device);
        known.add(device);
      } catch (error) {
        if (!(error instanceof SystemCallError)) throw error;
      }
    }
  }

  /** The devices of those that have ended since, and ends the watch. */
  end(): ReadonlySet<string> {
    if (this.#fd === undefined) return new Set();
    const watches = inotifyRead(this.#fd, IN_UNMOUNT);
    closeSync(this.#fd);
    return new Set(watches.map((watch) => this.#devices.get(watch) as string));
  }
}
