import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, inject, onTestFinished, test } from 'vitest';

import { type CodeBlock, parsePage } from '../../scripts/docs/markdown.mjs';
import { listPages, readPage } from '../../scripts/docs/pages.mjs';
import { type RunOptions, type RunResult, runners, VitestRun } from './vitest-run.js';

interface Example extends CodeBlock {
  /** The page, as the name of a folder. */
  folder: string;
  name: string;
}

const examples = listPages().flatMap((file) =>
  parsePage(readPage(file)).blocks.map((block): Example => {
    const name = path.basename(block.markers.example ?? `line-${block.line}.test.${block.language}`);
    return { ...block, folder: file.replaceAll('/', '-'), name };
  }),
);
const whole = examples.filter(({ markers }) => !markers.example?.includes('#'));
const ofVitest = whole.filter(({ language, markers }) => language === 'ts' && !('given' in markers));
const ofJest = whole.filter(({ text }) => text.includes("'mountns/jest'"));

function configWith(text: string): string {
  return (examples.find((example) => example.text.includes(text)) as Example).text;
}

const isSpec = ({ text }: Example): boolean => /^(test|it|describe)[.(]/m.test(text);

/** Runs `files` in a folder that is as `npm init` makes one. */
async function run(
  runner: 'vitest4' | 'vitest5' | 'jest30',
  files: Record<string, string>,
  options: RunOptions = {},
): Promise<RunResult> {
  const directory = fs.mkdtempSync(path.join(inject('installed'), runner, 'examples-'));
  onTestFinished(() => fs.rmSync(directory, { recursive: true }));
  fs.symlinkSync('../node_modules', path.join(directory, 'node_modules'));
  for (const [name, content] of Object.entries({ 'package.json': '{ "type": "commonjs" }', ...files })) {
    fs.mkdirSync(path.dirname(path.join(directory, name)), { recursive: true });
    fs.writeFileSync(path.join(directory, name), content);
  }
  return new VitestRun(directory, { runner, ...options }).done;
}

function filesOf(list: Example[]): Record<string, string> {
  return Object.fromEntries(list.map(({ folder, name, text }) => [`${folder}/${name}`, text]));
}

describe.each(runners)('with %s', (runner) => {
  test('a file that a page shows runs as it is, beside the others of the page', async () => {
    const specs = ofVitest.filter(isSpec).length;
    expect(specs).toBeGreaterThan(5);
    const { code, stdout, stderr } = await run(runner, {
      'vitest.config.mts': configWith('plugins: [mountNamespaces()]'),
      ...filesOf(ofVitest.filter((example) => isSpec(example) || example.markers.example !== undefined)),
    });
    expect(stderr).toBe('');
    expect(stdout).toContain(`Test Files  ${specs} passed (${specs})`);
    expect(code).toBe(0);
  });
});

test.each([
  ['CommonJS', (name: string) => name.endsWith('.cjs'), ''],
  ['ES modules', (name: string) => name.endsWith('.mjs'), '--experimental-vm-modules --no-warnings'],
])('with Jest, so do those that are %s', async (_, isOne, NODE_OPTIONS) => {
  const specs = ofJest.filter((example) => isSpec(example) && isOne(example.name));
  expect(specs.length).toBeGreaterThan(0);
  const jest = path.join(inject('installed'), 'jest30/node_modules/jest/bin/jest.js');
  const files = { 'jest.config.cjs': configWith("runner: 'mountns/jest/runner'"), ...filesOf(specs) };
  const program = [jest, '--no-watchman', '--cacheDirectory=.cache'];
  const { code, stderr } = await run('jest30', files, { program, env: { NODE_OPTIONS } });
  expect(stderr).toContain(`Test Suites: ${specs.length} passed, ${specs.length} total`);
  expect(code).toBe(0);
});
