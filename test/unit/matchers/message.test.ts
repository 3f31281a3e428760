import { expect, test } from 'vitest';
import { buildMessage } from '../../../matchers/message.js';

const parts = {
  matcher: 'toBeReadOnly',
  received: 'path',
  isNot: false,
  subject: '/way to go',
  predicate: 'be read-only',
} as const;

test('a message without facts is the call and the expectation', () => {
  expect(buildMessage(parts)).toMatchInlineSnapshot(`
    "expect(path).toBeReadOnly()

    Expected /way to go to be read-only"
  `);
});

test('.not comes into the call and the expectation, wherever "to" stands in the path', () => {
  expect(buildMessage({ ...parts, isNot: true, expected: 'kind' })).toMatchInlineSnapshot(`
    "expect(path).not.toBeReadOnly(kind)

    Expected /way to go not to be read-only"
  `);
});

test('facts stand in columns, without those that are not known', () => {
  const facts = [
    ['Mount', 'one'],
    ['Unknown', undefined],
    ['Changes', '- two\n+ three'],
  ] as const;
  expect(buildMessage({ ...parts, facts })).toMatchInlineSnapshot(`
    "expect(path).toBeReadOnly()

    Expected /way to go to be read-only
    Mount:    one
    Changes:  - two
              + three"
  `);
});
