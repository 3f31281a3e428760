/** What a matcher looked at: label and text. One without a text is left out. */
export type Fact = readonly [label: string, text: string | undefined];

/** The parts of a matcher's message; {@link buildMessage} is the one place that puts them together. */
export interface MessageParts {
  /** Name of the matcher. */
  matcher: string;
  /** What was given to `expect`, as a word. */
  received: string;
  /** What was given to the matcher, as words. */
  expected?: string | undefined;
  isNot: boolean | undefined;
  /** Of what something is expected: `/data`. */
  subject: string;
  /** What is expected of it, as it reads behind "to" and "not to": `be read-only`. */
  predicate: string;
  /** Printed one below the other. */
  facts?: readonly Fact[];
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
export function buildMessage(parts: MessageParts): string {
  const { matcher, received, expected = '', isNot, subject, predicate, facts = [] } = parts;
  const known = facts.filter((fact): fact is [string, string] => fact[1] !== undefined);
  const width = Math.max(0, ...known.map(([label]) => label.length)) + 3;
  const lines = known.map(
    ([label, text]) => `${`${label}:`.padEnd(width)}${text.replaceAll('\n', `\n${' '.repeat(width)}`)}`,
  );
  return [
    `expect(${received})${isNot ? '.not' : ''}.${matcher}(${expected})`,
    '',
    `Expected ${subject} ${isNot ? 'not to' : 'to'} ${predicate}`,
    ...lines,
  ].join('\n');
}
