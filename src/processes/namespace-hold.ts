import { closeSync, fstatSync, openSync } from 'node:fs';

import { probe } from '../../native/unless.cjs';
import { endProcesses } from './end-processes.js';
import { readMembers } from './members.js';
import { leftRunning, type Notice } from './notices.js';

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
   * @param what has ended, and left them: `'a worker'`
   * @returns what to say about those that there were, or that do not end
   */
  clear(what: string): Notice | undefined {
    try {
      const ended = endProcesses(() => readMembers(this.id));
      return ended.length === 0 ? undefined : leftRunning(what, ended);
    } catch (error) {
      return { summary: (error as Error).message };
    }
  }

  close(): void {
    closeSync(this.fd);
  }
}
