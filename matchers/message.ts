/** The parts of a matcher's message; {@link buildMessage} is the one place that puts them together. */
export interface MessageParts {
  /** Name of the matcher. */
  matcher: string;
  /** What was given to `expect`, as a word. */
  received: string;
  /** What was given to the matcher, as words. */
  expected?: string | undefined;
  isNot: boolean;
  /** The sentence behind "Expected …", as it reads without `.not`: "/data to be read-only". */
  expectation: string;
  /** What was looked at: label and text, printed one below the other. Undefined ones are left out. */
  facts?: readonly (readonly [label: string, text: string | undefined])[];
}

/**
 * The message of a failed assertion: the call, the expectation, and the facts that it was judged by.
 *
 * ```text
 * expect(path).not.toBeReadOnly()
 *
 * Expected /data not to be read-only
 * Mount:    tmpfs on /data type tmpfs (ro,relatime), private
 * ```
 */
export function buildMessage({
  matcher,
  received,
  expected = '',
  isNot,
  expectation,
  facts = [],
}: MessageParts): string {
  const not = isNot ? '.not' : '';
  const sentence = isNot ? expectation.replace(' to ', ' not to ') : expectation;
  const known = facts.filter(([, text]) => text !== undefined) as [string, string][];
  const width = Math.max(0, ...known.map(([label]) => label.length)) + 2;
  const lines = known.map(
    ([label, text]) => `${`${label}:`.padEnd(width)}${text.replaceAll('\n', `\n${' '.repeat(width)}`)}`,
  );
  return [`expect(${received})${not}.${matcher}(${expected})`, '', `Expected ${sentence}`, ...lines].join(
    '\n',
  );
}
