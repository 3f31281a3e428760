import { describeErrno, SystemCallError } from '../../native/system-call-error.cjs';
import { MountError } from './mount-error.js';

/** What was attempted, in the words of the user: "mount tmpfs on /mnt/x". */
export interface Attempt {
  action: string;
  path?: string | undefined;
  dest?: string | undefined;
}

/** Runs `step`; a system call that fails in it becomes a {@link MountError} that says what was attempted. */
export function attempt<T>(what: Attempt, step: () => T): T {
  try {
    return step();
  } catch (error) {
    if (error instanceof SystemCallError) throw explainMount(what, error);
    throw error;
  }
}

function explainMount({ action, path, dest }: Attempt, error: SystemCallError): MountError {
  const { code, description } = describeErrno(-error.errno);
  return new MountError(
    {
      summary: `${action} failed: ${error.syscall}(2) ${code}, ${description}`,
      call: error.call,
      cause: error,
    },
    { code, errno: error.errno, syscall: error.syscall, path: path ?? error.path, dest: dest ?? error.dest },
  );
}
