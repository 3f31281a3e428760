/**
 * Adds a note to an error where reporters show it and assertions do not look: in `stack`, behind the message.
 * Jest, mocha and node:test print it from there; for Vitest, which prints `message`, see {@link takeNotes}.
 *
 * What can't be changed, a frozen error say or a thrown string, stays as it is. Never throws.
 *
 * @param title one line
 * @param lines shown below it
 */
export function noteInStack(error: unknown, { title, lines }: Note): void {
  try {
    const { stack, message } = error as { stack?: unknown; message?: unknown };
    if (typeof stack !== 'string') return;
    const header = typeof message === 'string' ? stack.indexOf(message) : -1;
    const behind = header === -1 ? 0 : header + (message as string).length;
    const frames = stack.slice(behind).search(FIRST_FRAME);
    const place = frames === -1 ? stack.length : behind + frames;
    const note = [`mountns: ${title}`, ...lines.map((line) => `  ${line}`)].join('\n');
    (error as { stack: string }).stack = `${stack.slice(0, place)}\n\n${note}\n${stack.slice(place)}`;
  } catch {
    // The error of the test counts, and this must not hide it.
  }
}

/** Text for {@link noteInStack}. */
export interface Note {
  readonly title: string;
  readonly lines: readonly string[];
}

/** The notes that {@link noteInStack} added, each with its lines, in the form that it has there. */
export function takeNotes(stack: string): string[] {
  return stack.match(NOTE) ?? [];
}

const FIRST_FRAME = /\n\s+at /;
const NOTE = /(?<=\n\n)mountns: .*(?:\n {2}\S.*)*/g;
