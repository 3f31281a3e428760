import { expect, test } from 'vitest';
import { ExplainedError } from '../../../src/errors/explained-error.cjs';

test('the parts are lines of the message and fields', () => {
  const cause = new Error('beneath');
  const error = new ExplainedError(
    { summary: 'it failed', why: 'for a reason\nof two lines', fix: 'a fix', call: 'call() = -1', cause },
    { code: 'EPERM', path: '/x' },
  );
  expect(error.message).toBe(
    'it failed\n  why:  for a reason\n        of two lines\n  fix:  a fix\n  call: call() = -1',
  );
  expect({ ...error }).toEqual({
    name: 'ExplainedError',
    why: 'for a reason\nof two lines',
    fix: 'a fix',
    call: 'call() = -1',
    code: 'EPERM',
    path: '/x',
  });
  expect(error.cause).toBe(cause);
});

test('what is not known is no field, which reporters would print', () => {
  const error = new ExplainedError({ summary: 'it failed', fix: undefined }, { path: undefined });
  expect(error.message).toBe('it failed');
  expect(Object.keys(error)).toEqual(['name']);
  expect(Object.hasOwn(error, 'cause')).toBe(false);
});
