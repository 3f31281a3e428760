import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { expect, inject, test } from 'vitest';

import { copyFixture, type RunOptions, VitestRun } from './vitest-run.js';

const installed = inject('installed');
const JEST: RunOptions = {
  program: [path.join(installed, 'jest30/node_modules/jest/bin/jest.js'), '--no-watchman', '--no-cache'],
};

/** What is written into an existing test file's neighbour once the package is there. */
const specFor = (expected: string, report: string, from: string) => `
import { writeReport } from '${report}';
${from}
test('reports a full disk', async () => {
  await withMountNamespace(async (ns) => {
    ns.tmpfs('/data', { size: '64k' });
    expect('/data').toBeMountPoint({ type: 'tmpfs' });
    expect(ns).toBeIsolatedFromHost('/data');
    ${expected}
  });
});
`;

const FOR_VITEST = `import { withMountNamespace } from 'mountns';
import { expect, test } from 'mountns/vitest';`;
const FOR_JEST = `import { withMountNamespace } from 'mountns/jest';`;
const THROWS = `expect(() => writeReport('/data', 'x'.repeat(100_000))).toThrow('ENOSPC');`;
const SAYS = `expect(await writeReport('/data', 'x'.repeat(100_000))).toBe('not written: ENOSPC');`;

/** Puts `line` into a file, in front of what begins with `before`. */
function insert(file: string, before: string, line: string): void {
  const text = fs.readFileSync(file, 'utf8');
  expect(text).toContain(before);
  fs.writeFileSync(file, text.replace(before, `${line}${before}`));
}

async function run(directory: string, options: RunOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await new VitestRun(directory, options).done;
  expect(code, stdout + stderr).toBe(0);
  return stdout + stderr;
}

test('ES modules with projects: the plugin goes into the one that mounts', async () => {
  const directory = copyFixture('adopt-projects');
  expect(await run(directory)).toMatch(/Tests {2}2 passed/);

  const config = path.join(directory, 'vitest.config.ts');
  insert(config, 'import { defineConfig }', "import { mountNamespaces } from 'mountns/vitest/config';\n");
  insert(config, "test: { name: 'integration'", 'plugins: [mountNamespaces()], ');
  fs.writeFileSync(
    path.join(directory, 'test/integration/disk.test.ts'),
    specFor(SAYS, '../../src/report.js', FOR_VITEST),
  );
  expect(await run(directory)).toMatch(/Tests {2}3 passed/);
});

test('a package of a pnpm workspace: nothing is reached that it does not depend on', {
  timeout: 180_000,
}, async () => {
  const workspace = copyFixture('adopt-workspace', 'pnpm');
  const app = path.join(workspace, 'packages/app');
  const manifest = path.join(app, 'package.json');
  const { version } = JSON.parse(
    fs.readFileSync(path.join(installed, 'vitest4/node_modules/vitest/package.json'), 'utf8'),
  );
  fs.writeFileSync(manifest, fs.readFileSync(manifest, 'utf8').replace('VITEST', version));
  const tarball = fs.readdirSync(installed).find((name) => name.endsWith('.tgz')) as string;
  const store = ['--ignore-scripts', '--prefer-offline', `--store-dir=${installed}/pnpm/store`];
  pnpm(app, 'add', '--save-dev', ...store, path.join(installed, tarball));
  const vitest: RunOptions = { program: [path.join(app, 'node_modules/vitest/vitest.mjs'), 'run'] };
  expect(await run(app, vitest)).toMatch(/Tests {2}1 passed/);

  const config = path.join(app, 'vitest.config.ts');
  insert(config, 'import { defineConfig }', "import { mountNamespaces } from 'mountns/vitest/config';\n");
  insert(config, '});', 'plugins: [mountNamespaces()] ');
  fs.writeFileSync(path.join(app, 'test/disk.test.ts'), specFor(THROWS, '@acme/core', FOR_VITEST));
  expect(await run(app, vitest)).toMatch(/Tests {2}2 passed/);
  expect(fs.readdirSync(path.join(app, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual([
    '@acme',
    'mountns',
    'vitest',
  ]);
});

test('a CommonJS project with Jest and Babel: one line for the runner', async () => {
  const directory = copyFixture('adopt-jest', 'jest30');
  expect(await run(directory, JEST)).toMatch(/Tests: {7}1 passed/);

  insert(path.join(directory, 'jest.config.js'), '};', "  runner: 'mountns/jest/runner',\n");
  fs.writeFileSync(path.join(directory, 'test/disk.test.ts'), specFor(THROWS, '../src/report', FOR_JEST));
  expect(await run(directory, JEST)).toMatch(/Tests: {7}2 passed/);
});

function pnpm(cwd: string, ...args: string[]): void {
  const program = path.join(installed, 'pnpm/node_modules/pnpm/bin/pnpm.cjs');
  execFileSync(process.execPath, [program, ...args], { cwd, stdio: 'pipe' });
}
