import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

import { copyFixture, runners } from './vitest-run.js';

const repository = path.resolve(import.meta.dirname, '../..');

test.each(runners)('the sources and a user’s configuration compile with the types of %s', (runner) => {
  const directory = copyFixture('types', runner);
  for (const folder of ['src', 'native', 'matchers']) {
    fs.cpSync(path.join(repository, folder), path.join(directory, folder), { recursive: true });
  }
  fs.copyFileSync(path.join(repository, 'tsconfig.json'), path.join(directory, 'tsconfig.package.json'));
  const tsc = path.join(repository, 'node_modules/typescript/bin/tsc');
  const compile = () =>
    execFileSync(process.execPath, [tsc, '-p', '.'], { cwd: directory, encoding: 'utf8' });
  expect(compile()).toBe('');
});
