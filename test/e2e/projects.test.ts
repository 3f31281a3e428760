import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';

import { hostDirectory } from './host-directory.js';
import { runners, runVitest } from './vitest-run.js';

const USELESS =
  'NamespaceError: mountNamespaces() stands beside test.projects, and no project has it from there';

describe.each(runners)('%s', (runner) => {
  test('only the projects that use the plugin or the pool run in namespaces', async () => {
    const { code, stdout, stderr } = await runVitest('projects', {
      runner,
      args: ['run', '--reporter=verbose'],
    });
    expect(stderr).toBe('');
    expect(stdout).toMatch(/inside.* runs in a mount namespace/);
    expect(stdout).toMatch(/file.* runs in a mount namespace/);
    expect(stdout).toMatch(/extending.* runs in a mount namespace/);
    expect(stdout).toMatch(/outside.* runs on the host/);
    expect(stdout).toMatch(/Tests {2}4 passed/);
    expect(code).toBe(0);
  });

  test('a pool that takes the tests of the plugin to the host is refused', async () => {
    const { code, stdout, stderr } = await runVitest('isolation', { runner, args: ['run', '--pool=forks'] });
    expect(stderr).toContain(
      "NamespaceError: the configuration has the plugin mountNamespaces(), but its pool is 'forks': its tests would run on the host",
    );
    expect(stderr).toContain('fix:  remove test.pool (or --pool)');
    expect(stdout).not.toContain('Tests');
    expect(code).toBe(1);
  });

  test('the same for one project', async () => {
    const { code, stderr } = await runVitest('projects', { runner, args: ['run', '--pool=threads'] });
    expect(stderr).toMatch(
      /NamespaceError: project "\w+" has the plugin mountNamespaces\(\), but its pool is 'threads'/,
    );
    expect(code).toBe(1);
  });

  test('StrykerJS, which asks for threads of all projects, gets the namespaces of those with the plugin', async () => {
    const args = ['run', '--config=extends.config.ts', '--pool=threads', '--reporter=verbose'];
    const env = { STRYKER_MUTATOR_WORKER: '1' };
    const { code, stdout, stderr } = await runVitest('projects', { runner, args, env });
    expect(stderr).toBe('');
    expect(stdout).toMatch(/inside.* runs in a mount namespace/);
    expect(stdout).toMatch(/outside.* runs on the host/);
    expect(stdout).toMatch(/Tests {2}2 passed/);
    expect(code).toBe(0);
  });

  test('projects that extend the configuration with the plugin run in namespaces', async () => {
    const args = ['run', '--config=extends.config.ts', '--reporter=verbose'];
    const { code, stdout, stderr } = await runVitest('projects', { runner, args });
    expect(stderr).toBe('');
    expect(stdout).toMatch(/inside.* runs in a mount namespace/);
    expect(stdout).toMatch(/outside.* runs on the host/);
    expect(stdout).toMatch(/Tests {2}2 passed/);
    expect(code).toBe(0);
  });

  test.each<Record<string, string>>([{}, { EXTENDS: './extends.config.ts' }])(
    'a project without the plugin may run alone %o',
    async (env) => {
      const args = ['run', '--config=extends.config.ts', '--project=outside', '--reporter=verbose'];
      const { code, stdout, stderr } = await runVitest('projects', { runner, args, env });
      expect(stderr).toBe('');
      expect(stdout).toMatch(/outside.* runs on the host/);
      expect(stdout).toMatch(/Tests {2}1 passed/);
      expect(code).toBe(0);
    },
  );

  describe('with other options for a project', () => {
    async function run(shape: string, extra: { args?: string[]; env?: Record<string, string> } = {}) {
      const decoy = hostDirectory({ empty: [] });
      const important = path.join(decoy, 'important');
      fs.writeFileSync(important, '');
      const args = ['run', '--config=options.config.ts', ...(extra.args ?? [])];
      const env = { SHAPE: shape, DECOY: decoy, ...extra.env };
      const result = await runVitest('projects', { runner, args, env });
      expect(fs.statSync(important).mode).toBe(0o100644);
      return { ...result, decoy };
    }

    test.each(['extends', 'merge', 'equal pool'])('those of the last plugin count: %s', async (shape) => {
      const { code, stdout, stderr } = await run(shape);
      expect(stderr).toBe('');
      expect(stdout).toMatch(/Tests {2}1 passed/);
      expect(code).toBe(0);
    });

    test.each(['extends', 'merge'])('they count under StrykerJS too: %s', async (shape) => {
      const extra = { args: ['--pool=threads'], env: { STRYKER_MUTATOR_WORKER: '1' } };
      const { code, stdout, stderr } = await run(shape, extra);
      expect(stderr).toBe('');
      expect(stdout).toMatch(/Tests {2}1 passed/);
      expect(code).toBe(0);
    });

    test.each([
      ['pool', "{ leaks: 'off' }"],
      ['pool of a project', ''],
    ])('a pool that was set by hand and has others is refused: %s', async (shape, given) => {
      const { code, stdout, stderr, decoy } = await run(shape);
      expect(stderr).toContain(
        `NamespaceError: project "destructive" has the plugin mountNamespaces({ copyOnWrite: [ '${decoy}' ], permissions: 'enforced' }), but its test.pool is mountNamespacePool(${given}): the options of the plugin would do nothing`,
      );
      expect(stdout).not.toContain('Tests');
      expect(code).toBe(1);
    });
  });
});

test.each([
  ...['a function', 'a promise', 'extends: undefined'].map((form) => ['vitest4', form] as const),
  ...runners.flatMap((runner) =>
    ['extends: false', 'extends: a file'].map((form) => [runner, form] as const),
  ),
])('%s gives the plugin to no project, as %s: it is refused there', async (runner, form) => {
  const args = ['run', '--config=useless.config.ts'];
  const { code, stdout, stderr } = await runVitest('projects', { runner, args, env: { FORM: form } });
  expect(stderr).toContain(USELESS);
  expect(stdout).not.toContain('Tests');
  expect(code).toBe(1);
});

test.each(['extends: false', 'extends: a file'])('the same for one project, as %s', async (form) => {
  const args = ['run', '--config=useless.config.ts', '--project=outside'];
  const { code, stdout, stderr } = await runVitest('projects', {
    runner: 'vitest5',
    args,
    env: { FORM: form },
  });
  expect(stderr).toContain(USELESS);
  expect(stdout).not.toContain('Tests');
  expect(code).toBe(1);
});

test('Vitest 4 gives it to no project that says nothing', async () => {
  const { code, stdout, stderr } = await runVitest('projects', {
    args: ['run', '--config=beside.config.ts'],
  });
  expect(stderr).toContain(USELESS);
  expect(stdout).not.toContain('Tests');
  expect(code).toBe(1);
});

test('Vitest 5 gives it to the projects', async () => {
  const args = ['run', '--config=beside.config.ts', '--reporter=verbose'];
  const { code, stdout, stderr } = await runVitest('projects', { runner: 'vitest5', args });
  expect(stderr).toBe('');
  expect(stdout).toMatch(/inside.* runs in a mount namespace/);
  expect(stdout).toMatch(/file.* runs in a mount namespace/);
  expect(stdout).toMatch(/Tests {2}2 passed/);
  expect(code).toBe(0);
});

// Vitest 5 asks a provider for more before it gets there.
test('it is refused in a project whose tests run in a browser', async () => {
  const args = ['run', '--config=browser.config.ts'];
  const { code, stdout, stderr } = await runVitest('projects', { args });
  expect(stderr).toContain(
    `NamespaceError: project "chromium" has the plugin mountNamespaces(), but its pool is 'browser': its tests would run on the host`,
  );
  expect(stdout).not.toContain('Tests');
  expect(code).toBe(1);
});
