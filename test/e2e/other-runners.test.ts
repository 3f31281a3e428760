import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { WITHOUT_SYS_ADMIN } from '../unprivileged.js';
import { readHostTable } from './host-table.js';
import { type Node, nodes } from './versions.js';
import { copyFixture, VitestRun } from './vitest-run.js';

const PRELOAD = ['--require', 'mountns/register'];

interface Way {
  node?: Node;
  /** Options of Node. */
  execArgv?: readonly string[];
  /** Script and arguments. */
  program: readonly string[];
  wrapper?: readonly string[];
}

const installed = inject('installed');
const mocha = path.join(installed, 'mocha/node_modules/mocha/bin/mocha.js');
const jest = path.join(installed, 'jest30/node_modules/jest/bin/jest.js');
const nodeTest: Way = { program: [...PRELOAD, '--test', '--test-concurrency=2'] };
const mochaParallel: Way = { execArgv: PRELOAD, program: [mocha, '--parallel', '--jobs=2', '*.test.mjs'] };

const ways: [string, Way][] = [
  ['node:test on this Node', nodeTest],
  ['node:test on Node 22', { ...nodeTest, node: 'node22' }],
  ['node:test on Node 24', { ...nodeTest, node: 'node24' }],
  ['Mocha in parallel', mochaParallel],
  ['node:test without root', { ...nodeTest, wrapper: WITHOUT_SYS_ADMIN }],
  ['Mocha in parallel without root', { ...mochaParallel, wrapper: WITHOUT_SYS_ADMIN }],
  ['Mocha in parallel on Node 24', { ...mochaParallel, node: 'node24' }],
];

function start(directory: string, way: Way, env: Record<string, string> = {}): VitestRun {
  return new VitestRun(directory, { ...way, env });
}

describe.each(ways)('%s', (_name, way) => {
  test('gives each test process a namespace of its own, so that they overlap in any order', async () => {
    const shared = fs.mkdtempSync(path.join(os.tmpdir(), 'mountns-shared-'));
    onTestFinished(() => fs.rmSync(shared, { recursive: true }));
    fs.mkdirSync(path.join(shared, 'mnt'));
    const before = readHostTable();
    const run = start(copyFixture('overlapping', 'mocha'), way, { SHARED_DIRECTORY: shared });
    const { code, stdout } = await run.done;
    expect(stdout).toMatch(/pass 2|2 passing/);
    expect(code).toBe(0);
    expect(fs.readdirSync(path.join(shared, 'mnt'))).toEqual([]);
    const namespaces = ['first', 'second'].map((name) =>
      fs.readFileSync(path.join(shared, `${name} entered`), 'utf8'),
    );
    expect(new Set(namespaces).size).toBe(2);
    expect(readHostTable()).toBe(before);
  });
});

describe('the examples', () => {
  const examples: [string, Way, RegExp][] = [
    ['node-test', { program: [...PRELOAD, '--test'] }, /pass 2\n/],
    ['node-test', { program: [...PRELOAD, '--test', '--test-isolation=none'], node: 'node24' }, /pass 2\n/],
    ['mocha', { program: [mocha] }, /3 passing/],
    ['mocha', { program: [mocha, '--parallel'] }, /3 passing/],
  ];

  test.each(examples)('%s by %j', async (example, way, summary) => {
    const directory = fs.mkdtempSync(path.join(installed, 'mocha', `${example}-`));
    onTestFinished(() => fs.rmSync(directory, { recursive: true }));
    fs.cpSync(path.resolve(import.meta.dirname, '../../examples', example), directory, { recursive: true });
    const { code, stdout } = await start(directory, way).done;
    expect(stdout).toMatch(summary);
    expect(code).toBe(0);
  });

  test('jest', async () => {
    const directory = fs.mkdtempSync(path.join(installed, 'jest30/jest-'));
    onTestFinished(() => fs.rmSync(directory, { recursive: true }));
    fs.cpSync(path.resolve(import.meta.dirname, '../../examples/jest'), directory, { recursive: true });
    const { code, stderr } = await start(directory, { program: [jest] }).done;
    expect(stderr).toMatch(/Tests: {7}4 passed/);
    expect(code).toBe(0);
  });
});

const MOUNTING = `
  import { execFileSync } from 'node:child_process';
  import { test } from 'node:test';
  import { withMountNamespace } from 'mountns';
  test('mounts as it likes', async () => {
    execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', import.meta.dirname]);
    await withMountNamespace((ns) => ns.tmpfs('/mnt'));
  });`;
const RUN = `
  import { run } from 'node:test';
  import { tap } from 'node:test/reporters';
  run({ files: [process.argv[2]] }).compose(tap).pipe(process.stdout);`;

test.each([
  ['NODE_OPTIONS', ['--test'], { NODE_OPTIONS: '--test-isolation=none' }],
  ['a configuration file', ['--test', '--experimental-default-config-file'], {}],
  [
    'NODE_OPTIONS, overruled',
    ['--test', '--test-isolation=process'],
    { NODE_OPTIONS: '--test-isolation=none' },
  ],
  ['run()', ['run.mjs'], {}],
])('the tests of node:test are off the host, told how to run by %s', async (_, program, env) => {
  const directory = copyFixture('overlapping', 'mocha');
  const file = path.join(directory, 'mounting.test.mjs');
  fs.writeFileSync(file, MOUNTING);
  fs.writeFileSync(path.join(directory, 'run.mjs'), RUN);
  fs.writeFileSync(path.join(directory, 'node.config.json'), '{ "test": { "test-isolation": "none" } }');
  const before = readHostTable();
  for (const node of ['node24', 'node26'] as const) {
    const way = { node, program: [...PRELOAD, ...program, file] };
    const { code, stdout } = await start(directory, way, env).done;
    expect(readHostTable()).toBe(before);
    expect(stdout).toMatch(/pass 1\n/);
    expect(code).toBe(0);
  }
});

test('what runs beside the processes of node --test is told why it can open no scope', async () => {
  const directory = copyFixture('overlapping', 'mocha');
  fs.writeFileSync(path.join(directory, 'none.test.mjs'), '');
  fs.writeFileSync(
    path.join(directory, 'reporter.mjs'),
    `import { withMountNamespace } from 'mountns';
     export default async function* (source) {
       yield await withMountNamespace(() => {}).catch(({ message }) => message);
     }`,
  );
  const program = [...PRELOAD, '--test', '--test-reporter=./reporter.mjs', 'none.test.mjs'];
  const { stdout } = await start(directory, { program }).done;
  expect(stdout).toBe(
    'no mount namespace was entered: this process is on the host, and mountns mounts nothing there\n' +
      '  why:  node --test starts a process for each test file here, and those have the namespaces\n' +
      '  fix:  open scopes in test files, or let all tests run here: --test-isolation=none',
  );
});

test('a script that is no test has a namespace too', async () => {
  const directory = copyFixture('overlapping', 'mocha');
  fs.writeFileSync(
    path.join(directory, 'script.mjs'),
    `import { readMounts, withMountNamespace } from 'mountns';
     await withMountNamespace((ns) => {
       ns.tmpfs('/mnt');
       console.log(ns.mounts().at('/mnt').fsType, readMounts('host').at('/mnt'));
     });`,
  );
  const { code, stdout, stderr } = await start(directory, { program: [...PRELOAD, 'script.mjs'] }).done;
  expect(stderr).toBe('');
  expect(stdout).toBe('tmpfs undefined\n');
  expect(code).toBe(0);
});

// What docs/other-runners.md says of other ways than --require.
const waysToLoad: [string, { program: readonly string[]; env?: Record<string, string> }, readonly Node[]][] =
  [
    ['--import', { program: ['--import', 'mountns/register', 'script.mjs'] }, nodes],
    ['NODE_OPTIONS', { program: ['script.mjs'], env: { NODE_OPTIONS: '--import=mountns/register' } }, nodes],
    ['a require in a file', { program: ['requires.cjs'] }, nodes],
    ['an import in an ES module', { program: ['imports.mjs'] }, nodes.slice(1)],
    ['a require when the thread pool runs', { program: ['late.cjs'] }, []],
  ];

test.each(waysToLoad)('the preload, loaded by %s, works or refuses', async (_, { program, env }, working) => {
  const directory = copyFixture('overlapping', 'mocha');
  const scripts = {
    'script.mjs': `
      import fs from 'node:fs';
      import { enterMountNamespace } from 'mountns';
      const ns = await enterMountNamespace();
      ns.tmpfs('/mnt');
      await fs.promises.writeFile('/mnt/file', '');
      console.log(fs.readdirSync('/mnt'));
      await ns[Symbol.asyncDispose]();`,
    'requires.cjs': "require('mountns/register'); import('./script.mjs');",
    'imports.mjs': "import 'mountns/register'; await import('./script.mjs');",
    'late.cjs': "require('fs').readFile(__filename, () => require('./requires.cjs'));",
  };
  for (const [name, text] of Object.entries(scripts)) fs.writeFileSync(path.join(directory, name), text);
  for (const node of nodes) {
    const { code, stdout, stderr } = await start(directory, { node, program }, env).done;
    if (working.includes(node)) expect(stderr).toBe('');
    else expect(stderr).toContain('the thread pool of Node was already running');
    expect(stdout).toBe(working.includes(node) ? "[ 'file' ]\n" : '');
    expect(code).toBe(working.includes(node) ? 0 : 1);
  }
});

test('a script may have await using on Node 24', async () => {
  const directory = copyFixture('overlapping', 'mocha');
  fs.writeFileSync(
    path.join(directory, 'script.mjs'),
    `import { enterMountNamespace, readMounts } from 'mountns';
     {
       await using ns = await enterMountNamespace();
       ns.tmpfs('/mnt');
     }
     console.log(readMounts('self').at('/mnt'));`,
  );
  const program = [...PRELOAD, 'script.mjs'];
  const { stdout } = await start(directory, { node: 'node24', program }).done;
  expect(stdout).toBe('undefined\n');
  const { stderr } = await start(directory, { node: 'node22', program }).done;
  expect(stderr).toContain('SyntaxError');
});

test('a machine that refuses namespaces fails each file, with the reason and nothing else', async () => {
  const wrapper = [
    ...['unshare', '--user', '--map-root-user', 'sh', '-c'],
    'echo 0 > /proc/sys/user/max_user_namespaces && exec setpriv --bounding-set -sys_admin --inh-caps -sys_admin "$@"',
    'sh',
  ];
  const program = [...PRELOAD, '--test', '--test-reporter=tap'];
  const { code, stdout } = await start(copyFixture('overlapping', 'mocha'), { program, wrapper }).done;
  expect(stdout.match(/# NamespaceError: cannot enter a mount namespace: this process lacks/g)).toHaveLength(
    2,
  );
  expect(stdout.match(/# +why: +user\.max_user_namespaces is 0$/gm)).toHaveLength(2);
  expect(stdout).not.toMatch(/ at .*\.cjs/);
  expect(stdout).toMatch(/^# fail 2$/m);
  expect(code).toBe(1);
});
