import { closeSync, fstatSync, openSync } from 'node:fs';

import { probe } from '../../native/unless.cjs';
import { endProcesses } from './end-processes.js';
import { readMembers } from './members.js';
import type { ProcessInfo } from './process-info.js';

/**
 * Keeps hold of the mount namespace of another process, so that its id means no other one when that process has
 * ended.
 */
export class NamespaceHold {
  /** Of the namespace (nsfs). */
  readonly fd: number;
  /** The inode of `/proc/PID/ns/mnt`. */
  readonly id: number;

  private constructor(fd: number) {
    this.fd = fd;
    this.id = fstatSync(fd).ino;
  }

  /** Undefined when the process has ended, or is none of ours. */
  static of(pid: number): NamespaceHold | undefined {
    const fd = probe(() => openSync(`/proc/${pid}/ns/mnt`, 'r'));
    return fd === undefined ? undefined : new NamespaceHold(fd);
  }

  /**
   * Ends all processes in the namespace.
   *
   * @returns those that there were
   * @throws {NamespaceError} when some do not end
   */
  endProcesses(): ProcessInfo[] {
    return endProcesses(() => readMembers(this.id));
  }

  close(): void {
    closeSync(this.fd);
  }
}
