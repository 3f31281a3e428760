import { expect, test } from 'vitest';
import type { TestProject } from 'vitest/node';

import { RefusedFiles, type VitestMessage } from '../../../../src/vitest/pool/refused-files.js';

test('a file whose tests can’t be looked for is no file that has passed', async () => {
  const error = new Error('this file is away');
  const vitest = { parseSpecifications: async () => Promise.reject(error) };
  const project = { vitest, createSpecification: (file: string) => file } as unknown as TestProject;
  const answer = new Promise((resolve) => {
    const files = new RefusedFiles(project, { skip: 'no mount namespaces' }, resolve);
    const message: VitestMessage = { type: 'run', context: { files: [{ filepath: '/project/a.test.ts' }] } };
    files.receive(message);
  });
  expect(await answer).toEqual({ type: 'testfileFinished', error, __vitest_worker_response__: true });
});
