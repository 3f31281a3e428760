import { processWide } from '../../native/process-wide.cjs';
import type { LeakCheck } from '../leaks/leak-check.js' with { 'resolution-mode': 'import' };
import type { FileTrees } from '../scope/file-trees.js' with { 'resolution-mode': 'import' };

interface WorkerState {
  /** Undefined where this worker is on the host. */
  files?: FileTrees;
  /** Looks for what the next file lets out to the host; undefined when nobody wants to know. */
  beginLeakCheck?: () => LeakCheck | undefined;
  /** Of the file that runs, or is the next to. */
  leakCheck?: LeakCheck | undefined;
  /** Why it is on the host: its preload could not enter a namespace. */
  refusal?: unknown;
}

/** What the preload of a Jest worker leaves to the framework. */
export const workerState = processWide<WorkerState>('jest-worker', () => ({}));
