import { ExplainedError, type Explanation } from '../errors/explained-error.cjs';
import type { MountErrorFields } from '../errors/mount-error.js';

/** The mount table of a process could not be read: it is gone, not ours, or its table never stood still. */
export class ReadMountsError extends ExplainedError {
  override name = 'ReadMountsError';
  /** Name of the errno, `'ENOENT'` say, or `'ERR_MOUNTNS_UNSTABLE'`. */
  declare readonly code: string;
  declare readonly errno?: number;
  declare readonly syscall?: string;
  declare readonly path?: string;

  constructor(explanation: Explanation, fields: Omit<MountErrorFields, 'dest'>) {
    super(explanation, fields);
  }
}
