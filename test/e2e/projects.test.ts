import { describe, expect, test } from 'vitest';

import { runners, runVitest } from './vitest-run.js';

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

  test('projects that extend the configuration with the plugin run in namespaces', async () => {
    const args = ['run', '--config=extends.config.ts', '--reporter=verbose'];
    const { code, stdout, stderr } = await runVitest('projects', { runner, args });
    expect(stderr).toBe('');
    expect(stdout).toMatch(/inside.* runs in a mount namespace/);
    expect(stdout).toMatch(/outside.* runs on the host/);
    expect(stdout).toMatch(/Tests {2}2 passed/);
    expect(code).toBe(0);
  });
});

test('Vitest 4 gives the plugin to no project: it is refused there', async () => {
  const { code, stdout, stderr } = await runVitest('projects', {
    args: ['run', '--config=beside.config.ts'],
  });
  expect(stderr).toContain(
    'NamespaceError: mountNamespaces() stands beside test.projects, and no project has it',
  );
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
