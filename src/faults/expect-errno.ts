import { induceError } from './induce-error.js';

/**
 * Makes a call that must fail with `errno`.
 *
 * @throws {MountError} when it succeeds, or fails in another way: a test that goes on would test something else.
 */
export function expectErrno(errno: string, path: string, call: () => void): void {
  const answer = answerTo(call);
  if (answer === errno) return;
  throw induceError(errno, path, ': the kernel does not answer with it', {
    why: answer === undefined ? 'the call that should fail succeeds' : `it answers with ${answer}`,
    fix: FIXES[String(answer)],
  });
}

const FIXES: Record<string, string> = {
  EACCES: "change the mode bits on the way to it, or leave out permissions: 'enforced'",
  EPERM: 'run as root, in a container a privileged one: the others may open few devices',
  EOVERFLOW: 'see EOVERFLOW in docs/troubleshooting.md',
};

function answerTo(call: () => void): string | undefined {
  try {
    call();
    return undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined || !/^E[A-Z0-9]+$/.test(code)) throw error;
    return code;
  }
}
