import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { NamespaceError, withMountNamespace } from 'mountns';
import { expect, test } from 'vitest';

const dist = path.resolve(import.meta.dirname, '../../../dist');
const require = createRequire(import.meta.url);

test('there is one copy of each module, whichever way it is imported', async () => {
  const { default: required, NamespaceError: imported } = await import(
    `${dist}/src/errors/namespace-error.cjs`
  );
  expect(imported).toBe(NamespaceError);
  expect(required.NamespaceError).toBe(NamespaceError);
  expect(require(`${dist}/src/errors/namespace-error.cjs`).NamespaceError).toBe(NamespaceError);
  const scope = await import(`${dist}/src/scope/with-mount-namespace.js`);
  expect(scope.withMountNamespace).toBe(withMountNamespace);
});

test.each([
  ['a worker loads neither the pool nor what belongs to scopes', 'src/vitest/worker/entry.js', ['worker.js']],
  ['a test with fixtures loads what belongs to scopes besides', 'src/vitest/index.js', ['core.js']],
  ['Jest itself loads neither scopes nor the pool', 'src/jest/main-modules.js', ['support.js']],
])('%s', (_, entry, own) => {
  const reached = new Set([entry]);
  for (const file of reached) {
    for (const [, target = ''] of fs
      .readFileSync(path.join(dist, file), 'utf8')
      .matchAll(/\b(?:from|import) ?["'](\.[^"']+)["']/g))
      reached.add(path.join(path.dirname(file), target));
  }
  expect([...reached].toSorted()).toEqual(['base.js', ...own, entry].toSorted());
});
