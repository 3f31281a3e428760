import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';

import { type Runner, runners, startVitest } from './vitest-run.js';

interface Seen extends Record<string, unknown> {
  env: Record<string, string>;
  execArgv: string[];
  own: string;
}

async function see(runner: Runner, pool: string): Promise<Seen> {
  const env = { POOL: pool, NODE_OPTIONS: '--require ./node-options.cjs', FROM_SHELL: 'shell' };
  const run = startVitest('environment', { runner, env });
  const { code, stderr } = await run.done;
  expect(stderr).toBe('');
  expect(code).toBe(0);
  return JSON.parse(fs.readFileSync(path.join(run.directory, 'seen.json'), 'utf8')) as Seen;
}

describe.each(runners)('%s', (runner) => {
  test('tests see the environment and the Node options that they see with forks', async () => {
    const ours = await see(runner, 'mountns');
    const forks = await see(runner, 'forks');
    const { MOUNTNS_NAMESPACE, MOUNTNS_HOST, UV_USE_IO_URING, POOL, PWD, ...env } = ours.env;
    const { POOL: _, PWD: __, ...forksEnv } = forks.env;
    expect(env).toEqual(forksEnv);
    expect({ MOUNTNS_NAMESPACE, UV_USE_IO_URING }).toEqual({
      MOUNTNS_NAMESPACE: /\d+/.exec(ours.own)?.[0],
      UV_USE_IO_URING: '0',
    });
    expect(env).toMatchObject({ FROM_CONFIG: 'config', FROM_SHELL: 'shell', VITEST_POOL_ID: '1' });
    expect(ours.title).toBe('user-title');
    const [option, preload, ...execArgv] = ours.execArgv;
    expect(option).toBe('--require');
    expect(preload).toMatch(/mountns\/dist\/src\/register\.cjs$/);
    expect(execArgv).toEqual(forks.execArgv);
  });

  test('modules that the user preloads are loaded inside of the namespace', async () => {
    const { own, userRequire, userRequireAsync, userImport, nodeOptionsRequire } = await see(
      runner,
      'mountns',
    );
    expect(userRequire).toEqual([true, own]);
    expect(userRequireAsync).toBe(own);
    expect(userImport).toBe(own);
    expect(nodeOptionsRequire).toBe(own);
  });

  test.each(['--isolate', '--no-isolate'])(
    'a worker hears Vitest after a test has removed the listeners: %s',
    async (isolation) => {
      const args = ['run', '--maxWorkers=1', isolation];
      const { code, stdout, stderr } = await startVitest('listeners', { runner, args }).done;
      expect(stderr).toBe('');
      expect(stdout).toMatch(/Test Files {2}2 passed \(2\)\n\s+Tests {2}6 passed \(6\)/);
      expect(code).toBe(0);
    },
  );
});
