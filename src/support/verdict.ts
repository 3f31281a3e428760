import { withoutFrames } from '../errors/explained-error.cjs';
import { NamespaceError } from '../errors/namespace-error.cjs';
import { REQUIRE } from '../namespace/environment.cjs';

/** What happens to tests on a machine that gives them no mount namespace. */
export type Unsupported = 'fail' | 'skip';

/** What is said of the tests of files that can have no mount namespace here. */
export type Verdict = { skip: string } | { fail: Error };

/** Whether such tests are skipped or fail, and with which words. */
export function judge(
  { message, why, fix }: Pick<NamespaceError, 'message' | 'why' | 'fix'>,
  unsupported: Unsupported,
): Verdict {
  const summary = firstLine(message);
  const isForbidden = !['', '0'].includes(process.env[REQUIRE] ?? '');
  if (unsupported === 'skip' && !isForbidden) {
    return { skip: why === undefined ? summary : `${summary}; ${firstLine(why)}` };
  }
  const reasons = [why, unsupported === 'skip' && FORBIDDEN].filter(Boolean).join('\n') || undefined;
  // Vitest prints equal errors of several files once.
  return { fail: withoutFrames(new NamespaceError({ summary, why: reasons, fix })) };
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] as string;
}

const FORBIDDEN = `unsupported is 'skip', but ${REQUIRE} is set`;
