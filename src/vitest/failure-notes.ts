import { formatNote, type Note, noteInStack, notesIn } from '../errors/stack-note.cjs';

/** An error of a test in the form that Vitest sends to its reporters, which print `message` and read `stack`. */
interface ReportedError {
  message: string;
  stack?: string | undefined;
}

/** Copies notes from the stacks of a failed test's errors to where Vitest prints them. */
export function showNotes(errors: readonly ReportedError[] = []): void {
  for (const error of errors) {
    for (const note of notesIn(error.stack ?? '')) show(error, note);
  }
}

/** Adds a note to the last error of a failed test: with retries, the earlier ones belong to other attempts. */
export function noteFailure(errors: readonly ReportedError[] = [], note: Note | undefined): void {
  const error = errors.at(-1);
  if (error === undefined || note === undefined) return;
  noteInStack(error, note);
  show(error, formatNote(note));
}

function show(error: ReportedError, note: string): void {
  if (!error.message.includes(note)) error.message += `\n\n${note}`;
}
