import { constants } from 'node:os';
import { invalidArgument } from '../errors/invalid-argument.js';
import { induceError } from './induce-error.js';

/** Why an errno can't be induced, and what to do instead, for those that are asked for. */
const REASONS: Record<string, { why: string; fix?: string }> = {
  EDQUOT: {
    why: 'quotas do not bind root (CAP_SYS_RESOURCE), and a file system that has others needs a block device, which is the whole machine’s',
    fix: 'induce ENOSPC, which code that writes meets in the same places',
  },
  EMFILE: {
    why: 'the limit is the process’s, not a path’s: the test runner would meet it too',
    fix: 'run the code in a child process that has a lower limit: sh -c \'ulimit -n 20; exec "$@"\' sh node …',
  },
  ENFILE: {
    why: 'the limit is the whole machine’s (fs.file-max)',
    fix: 'see EMFILE: code meets both in the same places',
  },
  EPERM: {
    why: 'mounts have no state that makes the kernel answer with it',
    fix: "chmod(2) and the option permissions: 'enforced' give EACCES",
  },
};

/** The error for an errno that has no recipe. */
export function refuseErrno(errno: unknown, path: string, known: readonly string[]): Error {
  if (typeof errno !== 'string' || !Object.hasOwn(constants.errno, errno)) {
    return invalidArgument(`errno must be one of ${known.join(', ')}`, errno);
  }
  const reason = REASONS[errno] ?? { why: 'there is no recipe that makes the kernel answer with it' };
  return induceError(errno, path, `, only ${known.join(', ')}`, reason);
}
