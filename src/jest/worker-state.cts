import { processWide } from '../../native/process-wide.cjs';
import type { FileTrees } from '../scope/file-trees.js' with { 'resolution-mode': 'import' };

interface WorkerState {
  /** Undefined where this worker is on the host. */
  files?: FileTrees;
  /** Why it is on the host: its preload could not enter a namespace. */
  refusal?: unknown;
}

/** What the preload of a Jest worker leaves to the framework. */
export const workerState = processWide<WorkerState>('jest-worker', () => ({}));
