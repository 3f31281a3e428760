import type { Target } from '../files/target.js';
import type { Steps } from '../layers/steps.js';

/** Options of a fault. */
export interface InduceOptions {
  /** With `ENOSPC` on a directory: free space, but no room for another file (`df -i`). */
  inodes?: boolean | undefined;
}

/** What a fault is induced on; the descriptor is of what is there before it. */
export interface Fault extends Target {
  kind: 'directory' | 'file';
  options: InduceOptions;
  steps: Steps;
  /** Has `fd` stay open for as long as the fault can last. */
  keeping(fd: number): void;
}

/** How the kernel is made to answer with an errno. */
export interface Recipe {
  /** What it can be induced on. */
  kinds: readonly Fault['kind'][];
  /** Names of the options that it has, each a boolean. */
  options?: readonly (keyof InduceOptions)[];
  /** Changes what is mounted at the path; `steps` undo it when something fails. */
  induce(fault: Fault): void;
  /** Makes one call that fails with the errno now, and does no harm if it does not. */
  probe(fault: Fault): void;
}
