import { getSystemErrorMap } from 'node:util';

import { explainProcess } from '../errors/explain-process.js';
import { ExplainedError, type Explanation } from '../errors/explained-error.cjs';
import type { MountErrorFields } from '../errors/mount-error.js';
import { explainTooManyFiles } from '../errors/reasons/too-many-files.js';

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

/** Whose table it was, as {@link explainReadFailure} needs it. */
export interface ReadFailure {
  /** `this process`, `the host`, `process 42`. */
  whose: string;
  pid?: number;
  /** Undefined for the host, whose table is read through a descriptor. */
  path?: string;
}

/** Turns what open(2) or read(2) said into an error with the facts that can be checked now. */
export function explainReadFailure(
  error: NodeJS.ErrnoException & { call?: string },
  { whose, pid, path }: ReadFailure,
): ReadMountsError {
  const { code = 'UNKNOWN', errno, syscall = 'open' } = error;
  const description = errno === undefined ? error.message : getSystemErrorMap().get(errno)?.[1];
  return new ReadMountsError(
    {
      summary: `read the mounts of ${whose} failed: ${syscall}(2) ${code}, ${description}`,
      ...(code === 'EMFILE' ? explainTooManyFiles() : explainProcess(code, pid)),
      call: error.call ?? (path === undefined ? undefined : `${syscall}("${path}", O_RDONLY|O_CLOEXEC) = -1`),
      cause: error,
    },
    { code, errno, syscall, path },
  );
}
