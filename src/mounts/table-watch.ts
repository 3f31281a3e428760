import { closeSync, constants } from 'node:fs';

import { POLLPRI } from '../../native/constants.cjs';
import { openat } from '../../native/directories.cjs';
import { poll } from '../../native/poll.cjs';
import { hasChildren } from '../../native/processes.cjs';
import { readMountInfo } from './read-mount-info.cjs';

/**
 * Tells of changes of a mount table: of every mount, unmount, move and remount, not of propagation types and of options
 * of a superblock (proc_pid_mounts(5)). Who does not read it needs no time for a large one.
 */
export class TableWatch {
  readonly #fd: number;
  /** Whether no child could change the table in the moment of {@link begin}: the kernel marks both changes as one. */
  #wasAlone = false;

  /**
   * @param procFd the directory `/proc`
   * @param process a name in it
   */
  constructor(procFd: number, process = 'thread-self') {
    this.#fd = openat(procFd, `${process}/mountinfo`, constants.O_RDONLY);
  }

  /** Whether there was a change since this was made, or was asked last. */
  hasChanged(): boolean {
    return poll(this.#fd, POLLPRI) !== 0;
  }

  /** When this process itself has just changed the table: what comes now is asked for with {@link isUntouched}. */
  begin(): void {
    this.#wasAlone = !hasChildren();
    this.hasChanged();
  }

  /** Whether the table is certainly as it was at {@link begin}, and nobody is there who could change it now. */
  isUntouched(): boolean {
    return this.#wasAlone && !hasChildren() && !this.hasChanged();
  }

  /** The text of the table. Changes until then are not told of. */
  read(): Buffer {
    return readMountInfo(this.#fd);
  }

  close(): void {
    closeSync(this.#fd);
  }
}
