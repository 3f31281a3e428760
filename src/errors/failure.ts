/** Operations on mounts; what an errno means depends on them. */
export type Operation =
  | 'mount'
  | 'bind'
  | 'overlay'
  | 'remount'
  | 'mask'
  | 'induce'
  | 'move'
  | 'propagation'
  | 'pivotRoot'
  | 'umount';

/** What was attempted, and on what. */
export interface Attempt {
  /** In the words of the user, printable: "mount tmpfs on /mnt/x". */
  action: string;
  operation?: Operation;
  /** The path of the error. */
  path: string;
  /** The other path of the error: where something goes. */
  dest?: string | undefined;
  /** Paths that must be there, by the names of their arguments. */
  sources?: Record<string, string>;
  /** Type of the file system. */
  type?: string;
}

/** A system call of an operation that failed. */
export interface Failure extends Attempt {
  /** Name of the errno. */
  code: string;
  syscall: string;
  /** As strace(1) prints it. */
  call?: string | undefined;
  /** What the kernel logged about it. */
  log: readonly string[];
  /** Type of the file system that the call was to make. */
  making?: string | undefined;
}

/** What was found out about a failure; nothing for want of facts. */
export interface Reason {
  why?: string | undefined;
  fix?: string | undefined;
}
