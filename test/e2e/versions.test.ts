import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, inject, onTestFinished, test } from 'vitest';

import { readHostTable } from './host-table.js';
import { startJest } from './jest-run.js';
import { type Place, places } from './places.js';
import type { Node } from './versions.js';
import { type RunOptions, startVitest, type VitestRun } from './vitest-run.js';

type Runner = keyof typeof runners;

const runners = {
  'Vitest 4': (options: RunOptions) => startVitest('places', { ...options, runner: 'vitest4' }),
  'Vitest 5': (options: RunOptions) => startVitest('places', { ...options, runner: 'vitest5' }),
  'Jest 30': (options: RunOptions) => startJest('jest-commonjs', options),
} satisfies Record<string, (options: RunOptions) => VitestRun>;

const everywhere = Object.keys(places) as Place[];
const matrix: [Node, Runner, Place][] = [
  ...cells('node20', ['Vitest 4', 'Jest 30'], ['root', 'user namespace']),
  ...cells('node22', ['Vitest 4', 'Vitest 5', 'Jest 30'], ['root', 'user namespace']),
  ...cells('node24', ['Vitest 4', 'Vitest 5', 'Jest 30'], everywhere),
  ...cells('node26', ['Vitest 4', 'Vitest 5', 'Jest 30'], everywhere),
];

function cells(node: Node, names: Runner[], where: Place[]): [Node, Runner, Place][] {
  return names.flatMap((name) => where.map((place): [Node, Runner, Place] => [node, name, place]));
}

describe('the packed package', () => {
  const passed: [Node, Runner, Place][] = [];

  test.each(matrix)('works on %s, with %s, in %s', async (node, runner, place) => {
    const directory = fs.mkdtempSync(path.join(inject('installed'), 'shared-'));
    fs.chmodSync(directory, 0o777);
    onTestFinished(() => fs.rmSync(directory, { recursive: true }));
    const before = readHostTable();
    const { code, stdout, stderr } = await runners[runner]({
      node,
      env: { SHARED_DIRECTORY: directory },
      wrapper: places[place](),
    }).done;
    expect(stdout + stderr).toMatch(/Tests: {7}7 passed|Tests {2}4 passed/);
    expect(code).toBe(0);
    expect(fs.readdirSync(directory)).toEqual([]);
    expect(readHostTable()).toBe(before);
    passed.push([node, runner, place]);
  });

  test('is documented to work where it did', async () => {
    await expect(tableOf(passed)).toMatchFileSnapshot('./versions.md');
  });
});

describe('the places are what they are called', () => {
  const facts: [Place, mode: string, root: RegExp, userNamespace: RegExp][] = [
    ['root', 'root', /^/, /^/],
    ['user namespace', 'user-namespace', /^/, /unshare makes one/],
    ['chroot', 'root', /^is no mount point/, /^/],
    ['container', 'root', /^overlay/, /^\/bin\/unshare makes one/],
    ['container without privileges', 'user-namespace', /^overlay/, /^\/bin\/unshare makes one/],
  ];

  test.each(facts)('%s', async (place, mode, root, userNamespace) => {
    const bin = path.join(inject('installed'), 'vitest4/node_modules/mountns/dist/src/cli/ns-tool.cjs');
    const { stdout } = await startVitest('places', {
      node: 'node24',
      wrapper: places[place](),
      program: [bin, 'doctor', '--json'],
    }).done;
    const report = JSON.parse(stdout) as Report;
    expect(report).toMatchObject({ supported: true, mode });
    const detailOf = (name: string) => report.checks.find((check) => check.name === name)?.detail;
    expect(detailOf('root')).toMatch(root);
    expect(detailOf('user namespace')).toMatch(userNamespace);
  });

  interface Report {
    checks: { name: string; detail: string }[];
  }
});

/** What passed, in Markdown: a row for each version of Node, a column for each runner. */
function tableOf(passed: [Node, Runner, Place][]): string {
  const columns = Object.keys(runners) as Runner[];
  const rows = [...new Set(passed.map(([node]) => node))].map((node) => [
    node.replace('node', 'Node '),
    ...columns.map((column) =>
      passed
        .filter(([ofNode, runner]) => ofNode === node && runner === column)
        .map(([, , place]) => place)
        .join(', '),
    ),
  ]);
  const lines = [['', ...columns], ['', ...columns].map(() => '---'), ...rows];
  return `${lines.map((line) => `| ${line.join(' | ')} |`).join('\n')}\n`;
}
