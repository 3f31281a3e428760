import { MountTable } from '../mounts/mount-table.js';
import { readMounts } from '../mounts/read-mounts.js';
import type { HostRecord } from '../namespace/namespace-record.cjs';

/** The mount namespace that the test runner was started in: to look at, never to change. */
export class HostNamespace {
  readonly #record: HostRecord;

  /** @internal */
  constructor(record: HostRecord) {
    this.#record = record;
  }

  /** The id of the namespace: the inode of `/proc/PID/ns/mnt`, the number in `mnt:[…]` (namespaces(7)). */
  get id(): number {
    return this.#record.id;
  }

  /** The mounts that the host sees now. */
  mounts(): MountTable {
    return readMounts('host');
  }

  /** The mounts that the host had when this process left it. */
  mountsAtEntry(): MountTable {
    return new MountTable(this.#record.mountInfoAtEntry);
  }
}
