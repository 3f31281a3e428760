import { describe, expect, test } from 'vitest';

import { noteConfig, refuseUselessPlace } from '../../../src/vitest/inheritance.js';

/**
 * Places the plugin beside `test.projects` of Vitest 5, in a configuration file that no project has read and whose server
 * none shares.
 *
 * @param project the choice of `--project`
 */
function place(projects: unknown[], project: string[] = []): () => void {
  const test = { projects, project, resolvedProjects: [{ viteConfig: {} }] };
  return () => refuseUselessPlace({ root: '/project', configFile: '/project/vitest.config.ts', test });
}

const REFUSAL = 'mountNamespaces() stands beside test.projects, and no project has it from there';

describe('beside projects of which none has the plugin', () => {
  test.each([
    ['that are files', ['packages/*']],
    ['that extend nothing', [{ extends: false }]],
    ['that extend another file', [{ extends: './other.config.ts' }]],
    ['that are files, of which one was chosen', ['packages/*'], ['a']],
    ['that extend nothing, of which one was chosen', [{ extends: false }], ['a']],
    ['that extend another file, of which one was chosen', [{ extends: './other.config.ts' }], ['a']],
    ['that could have it, but were made', [Promise.resolve({ extends: false }), () => ({})]],
  ])('it is refused: %s', (_, projects, project?: string[]) => {
    expect(place(projects, project)).toThrow(REFUSAL);
  });
});

test.each([
  ['extends nothing else', {}],
  ['extends the file of the plugin', { extends: './vitest.config.ts' }],
  ['is not known yet', Promise.resolve({ extends: false })],
])('a project that was not chosen may have it when it %s', (_, each) => {
  expect(place(['packages/*', each], ['a'])).not.toThrow();
});

test('a project has it as long as it extends the file', () => {
  const configFile = '/project/vitest.config.ts';
  const forProject = { configFile, plugins: [{ name: 'mountns' }, [null, [{ name: 'vitest:project' }]]] };
  noteConfig(forProject);
  expect(place(['packages/*'])).not.toThrow();
  // Vitest has started anew, with other projects.
  noteConfig({ configFile, plugins: [{ name: 'mountns' }] });
  expect(place(['packages/*'])).toThrow(REFUSAL);
});
