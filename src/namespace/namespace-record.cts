import { processWide } from '../../native/process-wide.cjs';

/** The mount namespace that the test runner was started in, as this process remembers it. */
export interface HostRecord {
  /** Inode of `/proc/PID/ns/mnt`, the number in `mnt:[…]`. Ids are reused: the open mountinfo keeps this one taken. */
  readonly id: number;
  /** A descriptor of the host's mountinfo: reading it from position 0 gives the host's table of that moment. */
  readonly mountInfoFd: number;
  /** The host's mountinfo when this process left it. */
  readonly mountInfoAtEntry: Buffer;
  /** The devices of the mounts at entry that no mountinfo shows here: those that lie outside of a chroot(2). */
  readonly hiddenDevices: readonly (string | undefined)[];
}

/** The mount namespace that this process entered before anything else ran. */
export interface EnteredNamespace {
  /** Inode of `/proc/PID/ns/mnt`, the number in `mnt:[…]`. */
  readonly id: number;
  readonly host: HostRecord;
  /** A descriptor of `/proc` as it was at entry, for the time after a test has covered or unmounted it. */
  readonly procFd: number;
  /** A descriptor of this namespace's mountinfo, which shows the tree of the worker and those of all scopes. */
  readonly mountInfoFd: number;
  /**
   * A descriptor of a directory that no path leads to, in the tree that this process has left for a copy: a
   * place for mounts that nobody shall see. Undefined in a descendant.
   */
  readonly attic: number | undefined;
  /** True when a process of the pool entered and this one, its descendant, lives in the same namespace. */
  readonly inherited: boolean;
}

interface NamespaceRecord {
  entered?: EnteredNamespace;
  /** Whether the preload has left it to the processes that this one starts. */
  startsTestProcesses?: boolean;
}

/** What this process entered, shared by every copy of this package in it. */
export const namespaceRecord = processWide<NamespaceRecord>('namespace', () => ({}));
