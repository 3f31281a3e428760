/** What the pool and its workers say to each other beside Vitest's own messages. */

import type { Notice } from '../processes/notices.js';
import type { ResolvedOptions } from './options.js';

/** The name of the pool, in configurations and reports of Vitest. */
export const POOL_NAME = 'mountns';

/** What a worker gets through the environment, before its first message. */
export interface WorkerData {
  /** URL of the module `vitest/worker` of the Vitest that runs. */
  vitestWorker: string;
  /** Whether Node finds that Vitest from this package: in a workspace there can be another. */
  findsVitest: boolean;
  /** The user's NODE_OPTIONS, where the pool had to put its preload in front of them. */
  nodeOptions?: string | undefined;
  options: ResolvedOptions;
}

/** A message of a worker to the pool. */
export type WorkerMessage =
  | {
      mountns: 'ready';
      /** Descriptor of the worker's {@link CurrentTask}, where it could make one. */
      currentTaskFd: number | undefined;
      /** A debugger is attached, or can be: it may stop at a breakpoint for as long as it likes. */
      isInspected: boolean;
    }
  /** Where its imports have led to, until now. */
  | { mountns: 'resolutions'; resolutions: string }
  /** Its event loop turns. */
  | { mountns: 'alive'; isInspected: boolean }
  /** It begins with a test file: the first of the last `left` that it was given. */
  | { mountns: 'file'; left: number }
  /** A test file is done, or all that it was given. How many bytes it has printed since its start. */
  | ({ mountns: 'printed' } & Printed)
  /** Something that is no error and that the user should know. */
  | ({ mountns: 'notice'; notice: Notice } & Whereabouts)
  /** It is done, and no other process is in its namespace. */
  | { mountns: 'deserted' };

/** Numbers of bytes. */
export interface Printed {
  stdout: number;
  stderr: number;
}

/** What is being run. */
export interface Whereabouts {
  /** The test file. */
  file?: string | undefined;
  /** The test with its suites, or undefined outside of tests. */
  test?: string | undefined;
}

/** What a worker is doing, as it writes it down for the case that it dies or hangs. */
export interface CurrentTask {
  /** The test with its suites, or undefined outside of tests. */
  test?: string | undefined;
  /** The time limit of that test in milliseconds. */
  timeout?: number | undefined;
}

/** How often a worker says that it is alive, in milliseconds. */
export const HEARTBEAT = 1000;

/** Tells this package's messages from Vitest's and from those that a test sends itself. */
export function isWorkerMessage(message: unknown): message is WorkerMessage {
  return typeof message === 'object' && message !== null && 'mountns' in message;
}
