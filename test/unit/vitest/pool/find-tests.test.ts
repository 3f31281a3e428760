import { expect, test } from 'vitest';
import type { TestProject } from 'vitest/node';
import { findTests } from '../../../../src/vitest/pool/find-tests.js';

/** A project in which parsing a file ends with these errors. */
function failing(errors: object[]): TestProject {
  const task = { id: '1', fullName: 'a.test.ts', tasks: [], result: { state: 'fail', errors } };
  const vitest = { parseSpecifications: async () => [{ task }] };
  return { vitest, createSpecification: () => ({}) } as unknown as TestProject;
}

test('a file whose tests can’t be found has one that stands for them', async () => {
  const { tasks } = await findTests(
    failing([{ message: 'No test suite found in file a.test.ts' }]),
    'a.test.ts',
  );
  expect(tasks.map(({ name }) => name)).toEqual(['its tests']);
});

test('a file that can’t be parsed has none, also where the error of the parser has no message', async () => {
  for (const error of [{ message: 'Unexpected token' }, {}]) {
    expect((await findTests(failing([error]), 'a.test.ts')).tasks).toEqual([]);
  }
});
