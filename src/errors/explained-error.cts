/** The parts that a message is built from; each is a field of the error too. */
export interface Explanation {
  /** What went wrong, in one line that stands alone. */
  summary: string;
  /** What was found out about the reason. Left out where nothing was checked. */
  why?: string | undefined;
  /** What to do about it. */
  fix?: string | undefined;
  /** The system call as strace(1) prints it. */
  call?: string | undefined;
  cause?: unknown;
}

/**
 * An error that says why, and what to do.
 *
 * The base of the errors of this package, but for those of what it was given: an argument or option is refused with a
 * `TypeError`, the text of a mount table with a `SyntaxError`.
 */
export class ExplainedError extends Error {
  override name = 'ExplainedError';
  declare readonly why?: string;
  declare readonly fix?: string;
  declare readonly call?: string;

  /** @internal */
  constructor({ summary, why, fix, call, cause }: Explanation, fields: object = {}) {
    super(formatExplanation({ summary, why, fix, call }), cause === undefined ? undefined : { cause });
    for (const [name, value] of Object.entries({ why, fix, call, ...fields }))
      if (value !== undefined) Object.assign(this, { [name]: value });
  }
}

/** `error` without its frames, where they would be this package's own. */
export function withoutFrames<T extends Error>(error: T): T {
  error.stack = `${error.name}: ${error.message}`;
  return error;
}

/** The text of an explanation: the summary, then one indented line a part that is known. */
export function formatExplanation({ summary, why, fix, call }: Explanation): string {
  const parts = { why, fix, call };
  const lines = Object.entries(parts)
    .filter(([, text]) => text !== undefined)
    .map(([label, text]) => `  ${`${label}:`.padEnd(6)}${(text as string).replaceAll('\n', '\n        ')}`);
  return [summary, ...lines].join('\n');
}
