import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, inject, onTestFinished, test } from 'vitest';

import { hintsIn } from './hints.js';
import { copyFixture, runners } from './vitest-run.js';

const repository = path.resolve(import.meta.dirname, '../..');

/** Runs TypeScript on a copy of `test/types/<project>`, where the packed package and a runner are installed. */
async function compile(runner: string, project: string, ...args: string[]): Promise<string> {
  const directory = fs.mkdtempSync(path.join(inject('installed'), runner, `types-${project}-`));
  onTestFinished(() => fs.rmSync(directory, { recursive: true }));
  fs.cpSync(path.join(repository, 'test/types', project), directory, { recursive: true });
  return compileIn(directory, ...args);
}

/** What TypeScript says. */
async function compileIn(directory: string, ...args: string[]): Promise<string> {
  return runTypeScript(repository, directory, ...args);
}

/** As {@link compileIn}, with the TypeScript that is installed in `home`. */
async function runTypeScript(home: string, directory: string, ...args: string[]): Promise<string> {
  const tsc = path.join(home, 'node_modules/.bin/tsc');
  try {
    return (await promisify(execFile)(tsc, args, { cwd: directory, encoding: 'utf8' })).stdout;
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
}

describe.each([
  ['vitest4', 'vitest'],
  ['vitest5', 'vitest'],
  ['jest30', 'jest'],
  ['jest30', 'jest-globals'],
])('types for %s (%s)', (runner, project) => {
  test.each([true, false])('are right with skipLibCheck %s', async (skipLibCheck) => {
    expect(await compile(runner, project, '--skipLibCheck', String(skipLibCheck))).toBe('');
  });
});

describe('the errors that a user sees', () => {
  test('with Vitest 4', async () => {
    expect(await compile('vitest4', 'vitest', '-p', 'tsconfig.mistakes.json')).toMatchInlineSnapshot(`
      "mistakes.ts(3,18): error TS2551: Property 'toBeReadonly' does not exist on type 'Assertion<string>'. Did you mean 'toBeReadOnly'?
      mistakes.ts(4,35): error TS2353: Object literal may only specify known properties, and 'typ' does not exist in type 'AsymmetricMatcher | ExpectedMount'.
      mistakes.ts(5,36): error TS2345: Argument of type '"privat"' is not assignable to parameter of type 'AsymmetricMatcher | Propagation'.
      "
    `);
  });

  test('with Vitest 5', async () => {
    expect(await compile('vitest5', 'vitest', '-p', 'tsconfig.mistakes.json')).toMatchInlineSnapshot(`
      "mistakes.ts(3,18): error TS2551: Property 'toBeReadonly' does not exist on type 'Assertion<void, string>'. Did you mean 'toBeReadOnly'?
      mistakes.ts(4,35): error TS2353: Object literal may only specify known properties, and 'typ' does not exist in type 'AsymmetricMatcher | ExpectedMount'.
      mistakes.ts(5,36): error TS2345: Argument of type '"privat"' is not assignable to parameter of type 'AsymmetricMatcher | Propagation'.
      "
    `);
  });

  test('with Jest', async () => {
    expect(await compile('jest30', 'jest', '-p', 'tsconfig.mistakes.json')).toMatchInlineSnapshot(`
      "mistakes.ts(4,18): error TS2551: Property 'toBeReadonly' does not exist on type 'Matchers<void, string> & SnapshotMatchers<void, string> & Inverse<JestMatchers<void, string>> & PromiseMatchers<string>'. Did you mean 'toBeReadOnly'?
      mistakes.ts(5,35): error TS2353: Object literal may only specify known properties, and 'typ' does not exist in type 'AsymmetricMatcher | ExpectedMount'.
      mistakes.ts(6,36): error TS2345: Argument of type '"privat"' is not assignable to parameter of type 'AsymmetricMatcher | Propagation'.
      "
    `);
  });
});

test.each(runners)('the sources and a user’s configuration compile with the types of %s', async (runner) => {
  const directory = copyFixture('types', runner);
  for (const folder of ['src', 'native', 'matchers']) {
    fs.cpSync(path.join(repository, folder), path.join(directory, folder), { recursive: true });
  }
  fs.copyFileSync(path.join(repository, 'tsconfig.json'), path.join(directory, 'tsconfig.package.json'));
  expect(await compileIn(directory)).toBe('');
});

describe.each([
  ['TypeScript 5.4', () => path.join(inject('installed'), 'typescript54')],
  ['the newest TypeScript', () => repository],
])('the main module, where nothing else is installed, not even @types/node, with %s', (_, home) => {
  test.each([
    ['spec.mts', 'node16', 'node16'],
    ['spec.cts', 'node16', 'node16'],
    ['spec.mts', 'esnext', 'bundler'],
  ])('has types that %s can pass on, with module %s', async (file, module, moduleResolution) => {
    const directory = fs.mkdtempSync(path.join(inject('installed'), 'bare', 'types-'));
    onTestFinished(() => fs.rmSync(directory, { recursive: true }));
    fs.copyFileSync(path.join(repository, 'test/types/bare/spec.mts'), path.join(directory, file));
    const options = { target: 'es2022', outDir: 'out', rootDir: '.', module, moduleResolution };
    const flags = ['--strict', '--declaration', '--skipLibCheck', 'false'];
    const settings = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
    expect(await runTypeScript(home(), directory, ...flags, ...settings, file)).toBe('');
  });
});

test('each type that is declared can be imported', () => {
  const dist = path.join(inject('installed'), 'vitest4/node_modules/mountns/dist');
  const read = (file: string) => fs.readFileSync(path.join(dist, file), 'utf8');
  const declared = [...read('types.d.ts').matchAll(/^export (?:declare )?(?:class|interface|type) (\w+)/gm)];
  expect(declared.length).toBeGreaterThan(30);
  const exported = [
    'src/index.d.ts',
    'src/vitest/index.d.ts',
    'src/vitest/config.d.ts',
    'matchers/index.d.ts',
  ]
    .flatMap((file) => [...read(file).matchAll(/^export (?:type )?\{([^}]*)\}/gm)])
    .flatMap(([, names]) => (names as string).match(/\w+/g));
  expect(declared.map(([, name]) => name).filter((name) => !exported.includes(name as string))).toEqual([]);
});

describe('editors show what they know about', () => {
  test.each([
    ['vitest4', "import { expect } from 'mountns/vitest';"],
    ['vitest5', "import { expect } from 'mountns/vitest';"],
    ['jest30', "import 'mountns/jest'; import { expect } from '@jest/globals';"],
  ])('matchers, with %s', (runner, head) => {
    const names = fs
      .readdirSync(path.join(repository, 'matchers'))
      .flatMap((file) => /^to[A-Z]\w+/.exec(file) ?? []);
    const calls = names.map((name) => `expect(0)./*?*/${name};`);
    const hints = hintsIn(runner, [head, 'expect./*?*/toBeReadOnly;', ...calls].join('\n'));
    expect(hints).toHaveLength(9);
    expect(hints.filter((hint) => !/^(Asserts|Runs a function and asserts) /.test(hint))).toEqual([]);
  });

  test.each(runners)('fixtures, methods and defaults, with %s', (runner) => {
    const code = `
      import { test } from 'mountns/vitest';
      import { mountNamespaces } from 'mountns/vitest/config';
      test('', ({ /*?*/ns, /*?*/host }) => { ns./*?*/proc(); ns./*?*/pivotRoot(''); });
      mountNamespaces({ /*?*/leaks: 'off' });
    `;
    expect(hintsIn(runner, code)).toEqual([
      'A scope that lasts as long as the test.',
      'The namespace that the test run was started in, to look at.',
      expect.stringContaining('on `/proc` when no target is given'),
      expect.stringMatching(/^Makes a directory the root /),
      expect.stringMatching(/^What happens to .*\n@defaultValue 'fail'$/),
    ]);
  });
});
