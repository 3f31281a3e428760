import { expect, test } from 'vitest';
import { noteInStack, notesIn } from '../../../src/errors/stack-note.cjs';

const note = { title: 'something was made:', lines: ['+ a', '~ b: c → d'] };

test('stands behind the message and before the frames, and leaves the message alone', () => {
  const error = new Error('first line\nsecond line');
  const frames = (error.stack as string).split('\n').filter((line) => /^ +at /.test(line));
  expect(noteInStack(error, note)).toBe(true);
  expect(error.message).toBe('first line\nsecond line');
  expect((error.stack as string).split('\n')).toEqual([
    'Error: first line',
    'second line',
    '',
    'mountns: something was made:',
    '  + a',
    '  ~ b: c → d',
    '',
    ...frames,
  ]);
});

test('stands behind a message that looks like a frame', () => {
  const error = new Error('a message\n    at its end');
  noteInStack(error, note);
  expect(error.stack).toMatch(/^Error: a message\n {4}at its end\n\nmountns: something was made:\n/);
});

test('stands at the end of a stack without frames', () => {
  const error = Object.assign(new Error('mine'), { stack: 'Error: mine' });
  noteInStack(error, note);
  expect(error.stack).toBe('Error: mine\n\nmountns: something was made:\n  + a\n  ~ b: c → d\n');
});

test('is found again, among others and without what is around it', () => {
  const error = new Error('mine');
  expect(notesIn(error.stack as string)).toEqual([]);
  noteInStack(error, note);
  noteInStack(error, { title: 'another one', lines: [] });
  expect(notesIn(error.stack as string)).toEqual([
    'mountns: something was made:\n  + a\n  ~ b: c → d',
    'mountns: another one',
  ]);
});

test('leaves alone what can not be changed', () => {
  const hostile = new Proxy(new Error('mine'), {
    get() {
      throw new Error('not yours');
    },
  });
  // Its own: that of Node 26 has a setter, which works on frozen errors too.
  const frozen = Object.freeze(Object.defineProperty(new Error('mine'), 'stack', { value: 'Error: mine' }));
  const { stack } = frozen;
  for (const error of [hostile, frozen, 'text', undefined, null, 42, Symbol('s'), {}, { stack: 42 }]) {
    expect(noteInStack(error, note)).toBe(false);
  }
  expect(frozen.stack).toBe(stack);
});
