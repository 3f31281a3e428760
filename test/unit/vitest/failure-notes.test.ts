import { expect, test } from 'vitest';
import { noteFailure, showNotes } from '../../../src/vitest/failure-notes.js';

const note = { title: 'made before it failed:', lines: ['+ a'] };
const TEXT = 'mountns: made before it failed:\n  + a';

test('a note stands in the message and in the stack of the last error, once', () => {
  const errors = ['first try', 'second try'].map((message) => ({
    message,
    stack: `Error: ${message}\n    at x`,
  }));
  noteFailure(errors, note);
  // What it has copied is found in the stack again.
  showNotes(errors);
  expect(errors).toEqual([
    { message: 'first try', stack: 'Error: first try\n    at x' },
    { message: `second try\n\n${TEXT}`, stack: `Error: second try\n\n${TEXT}\n\n    at x` },
  ]);
});

test('nothing is changed without an error or without a note', () => {
  const error = { message: 'mine', stack: 'Error: mine' };
  noteFailure([error], undefined);
  showNotes([error, { message: 'without a stack' }]);
  expect(error).toEqual({ message: 'mine', stack: 'Error: mine' });
  noteFailure([], note);
  noteFailure(undefined, note);
});
