import { ExplainedError, type Explanation } from './explained-error.cjs';

/**
 * A mount operation that the kernel, or this package before it, refused.
 *
 * It has the fields of Node's own errors (`code`, `errno`, `syscall`, `path`, `dest`), and `why` and `fix` where they
 * were found out.
 */
export class MountError extends ExplainedError {
  override name = 'MountError';
  /** Name of the errno, `'EPERM'` say, or `'ERR_MOUNTNS_…'` for a refusal of this package. */
  declare readonly code: string;
  /** The errno, negative as in Node. */
  declare readonly errno?: number;
  declare readonly syscall?: string;
  declare readonly path?: string;
  declare readonly dest?: string;

  /** @internal */
  constructor(explanation: Explanation, fields: MountErrorFields) {
    super(explanation, fields);
  }
}

// The fields that an error of Node has.
export interface MountErrorFields {
  code: string;
  errno?: number | undefined;
  syscall?: string | undefined;
  path?: string | undefined;
  dest?: string | undefined;
}
