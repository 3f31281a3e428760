import { expect, test } from 'vitest';
import type { TestProject } from 'vitest/node';
import { findTests } from '../../../../src/vitest/pool/find-tests.js';

/** A project in which parsing a file ends with these errors. */
function failing(errors: object[]): TestProject {
  const task = { id: '1', fullName: 'a.test.ts', tasks: [], result: { state: 'fail', errors } };
  const vitest = { parseSpecifications: async () => [{ task }] };
  const ssr = { transformRequest: () => Promise.reject(new SyntaxError('told by Vite')) };
  const vite = { environments: { ssr } };
  return { vitest, vite, createSpecification: () => ({}) } as unknown as TestProject;
}

test('a file whose tests can’t be found has one that stands for them', async () => {
  const { tasks } = await findTests(
    failing([{ message: 'No test suite found in file a.test.ts' }]),
    'a.test.ts',
  );
  expect(tasks.map(({ name }) => name)).toEqual(['its tests']);
});

test.each([
  [{ message: 'Unexpected token' }, 'Unexpected token'],
  [{}, 'told by Vite'],
])(
  'a file that can’t be parsed has none, and the error of the parser has a message: %o',
  async (error, message) => {
    const { tasks, result } = await findTests(failing([error]), 'a.test.ts');
    expect(tasks).toEqual([]);
    expect(result?.errors).toEqual([expect.objectContaining({ message })]);
  },
);
