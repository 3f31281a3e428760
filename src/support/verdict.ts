import { NamespaceError } from '../errors/namespace-error.cjs';
import { REQUIRE } from '../namespace/environment.cjs';
import { isRequired, isSkipAllowed, type Unsupported } from './unsupported.js';

/** What is said of the tests of files that can have no mount namespace here. */
export type Verdict = { skip: string } | { fail: Error };

/** Whether such tests are skipped or fail, and with which words. */
export function judge(
  { message, why, fix }: Pick<NamespaceError, 'message' | 'why' | 'fix'>,
  unsupported: Unsupported,
): Verdict {
  const summary = firstLine(message);
  if (isSkipAllowed(unsupported)) {
    return { skip: why === undefined ? summary : `${summary}; ${firstLine(why)}` };
  }
  const forbidden = unsupported === 'skip' && isRequired() ? FORBIDDEN : undefined;
  const reasons = [why, forbidden].filter((reason) => reason !== undefined);
  const error = new NamespaceError({ summary, why: reasons.join('\n') || undefined, fix });
  // Without frames, which would be this package's: Vitest prints equal errors of several files once.
  error.stack = `${error.name}: ${error.message}`;
  return { fail: error };
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] as string;
}

const FORBIDDEN = `unsupported is 'skip', but ${REQUIRE} is set`;
