/** What is added to an error: a title, and lines that are shown below it. None of them has a line break. */
export interface Note {
  readonly title: string;
  readonly lines: readonly string[];
}

/**
 * Adds a note to an error where reporters show it and assertions do not look: in `stack`, behind the message.
 * Jest, mocha and node:test print it from there; for Vitest, which prints `message`, there is {@link notesIn}.
 *
 * What can't be changed, a frozen error say or a thrown string, stays as it is. Never throws.
 *
 * @returns whether it is there now
 */
export function noteInStack(error: unknown, note: Note): boolean {
  try {
    const { stack, message } = error as { stack?: unknown; message?: unknown };
    if (typeof stack !== 'string') return false;
    const header = typeof message === 'string' ? stack.indexOf(message) : -1;
    const behind = header === -1 ? 0 : header + (message as string).length;
    const frames = stack.slice(behind).search(FIRST_FRAME);
    const place = frames === -1 ? stack.length : behind + frames;
    (error as { stack: string }).stack =
      `${stack.slice(0, place)}\n\n${formatNote(note)}\n${stack.slice(place)}`;
    return true;
  } catch {
    // There is an error already, and this must not hide it.
    return false;
  }
}

/** The text of a note, as it stands in a stack. */
export function formatNote({ title, lines }: Note): string {
  return [`mountns: ${title}`, ...lines.map((line) => `  ${line}`)].join('\n');
}

/** The texts of the notes in a stack. */
export function notesIn(stack: string): string[] {
  return stack.match(NOTE) ?? [];
}

const FIRST_FRAME = /\n\s+at /;
const NOTE = /(?<=\n\n)mountns: .*(?:\n {2}\S.*)*/g;
