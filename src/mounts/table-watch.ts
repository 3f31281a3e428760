import fs from 'node:fs';

import { O_CLOEXEC, POLLPRI } from '../../native/constants.cjs';
import { openat } from '../../native/directories.cjs';
import { poll } from '../../native/poll.cjs';

/**
 * Tells of changes of a mount table: of every mount, unmount, move and remount, not of propagation types and of options
 * of a superblock (proc_pid_mounts(5)). Who does not read it needs no time for a large one.
 */
export class TableWatch {
  /** The mountinfo file of the process. */
  readonly fd: number;

  /**
   * @param procFd the directory `/proc`
   * @param process a name in it
   */
  constructor(procFd: number, process = 'thread-self') {
    this.fd = openat(procFd, `${process}/mountinfo`, fs.constants.O_RDONLY | O_CLOEXEC);
  }

  /** Whether there was a change since this was made, or was asked last. */
  hasChanged(): boolean {
    return poll(this.fd, POLLPRI) !== 0;
  }

  close(): void {
    fs.closeSync(this.fd);
  }
}
