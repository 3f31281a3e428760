import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';

import { copyFixture, programOf, type RunOptions, startVitest } from './vitest-run.js';

const resolutions = path.resolve(import.meta.dirname, '../../dist/native/resolutions.cjs');

describe('on node20, which has no hooks for it', () => {
  test('each worker looks for modules, and its own file system is as ever for the tests', async () => {
    const run = startVitest('imports', { node: 'node20' });
    expect(await run.done).toMatchObject({ code: 0, stderr: '' });
    expect(run.read('told.txt').trim().split('\n')).toEqual(Array(3).fill('to note them'));
  });

  test('modules are read at once, until it is over', () => {
    const command = [path.join(copyFixture('imports'), 'reads.cjs'), resolutions];
    const { after, ...rest } = JSON.parse(execFileSync(programOf('node20'), command, { encoding: 'utf8' }));
    expect(rest).toEqual({ before: 0, isRead: true, error: 'ENOENT', isAsBefore: true });
    expect(after).toBeGreaterThan(0);
  });
});

// Node has what it takes since 22.15.
describe.each(['node22', 'node24', 'node26'] as const)('on %s', (node) => {
  const told = async (options: RunOptions) => {
    const run = startVitest('imports', { node, ...options });
    const { code, stderr } = await run.done;
    expect(stderr).toBe('');
    expect(code).toBe(0);
    return run.read('told.txt').trim().split('\n');
  };

  test.each(['vitest4', 'vitest5'] as const)('%s: one worker of a run looks for modules', async (runner) => {
    expect(await told({ runner })).toEqual(['to note them', 'where they lead to', 'where they lead to']);
  });

  describe.each(['vitest4', 'vitest5'] as const)('%s', (runner) => {
    /** What the last worker was told, when each one starts after the one before has ended. */
    const urlsTold = async (env: Record<string, string>) => {
      const run = startVitest('imports', { node, runner, env: { OPTIONS: '{"prewarm":false}', ...env } });
      expect(await run.done).toMatchObject({ code: 0, stderr: '' });
      const { files } = JSON.parse(run.read('last.json')) as { files: [url: string][] };
      const urls = files.map(([url]) => url);
      expect(urls.filter((url) => url.endsWith('/vitest/dist/worker.js'))).toHaveLength(1);
      return { urls, ofUser: urls.filter((url) => url.includes(run.directory)) };
    };

    test('what it imports before the first module of the user is told, and nothing else', async () => {
      const { urls, ofUser } = await urlsTold({});
      // Vitest loads its console when it is about to run a file.
      expect(urls.filter((url) => /\/vitest\/dist\/chunks\/console\b/.test(url))).toHaveLength(1);
      expect(ofUser).toEqual([]);
    });

    test('nothing that an environment of the user imports is told', async () => {
      expect((await urlsTold({ ENVIRONMENT: './environment.ts' })).ofUser).toEqual([]);
    });
  });

  test('each worker does in which code of the user may change where they are', async () => {
    const nothing = ['nothing', 'nothing', 'nothing'];
    expect(await told({ env: { PRELOAD: './preload.cjs' } })).toEqual(nothing);
    expect(await told({ env: { NODE_OPTIONS: '--require ./preload.cjs' } })).toEqual(nothing);
  });

  test('imports lead where they did, until it is over', async () => {
    const directory = copyFixture('imports');
    const place = (exports: string) => {
      const folder = path.join(directory, 'node_modules/package-to-find');
      fs.mkdirSync(folder, { recursive: true });
      fs.writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ exports: `./${exports}.cjs` }));
      fs.writeFileSync(path.join(folder, `${exports}.cjs`), `module.exports = '${exports}';`);
    };
    const replay = (known: string) => {
      const command = [path.join(directory, 'replay.cjs'), resolutions, known];
      return JSON.parse(execFileSync(programOf(node), command, { encoding: 'utf8' }));
    };
    place('old');
    const { noted, ...imported } = replay('');
    expect(imported).toEqual({ first: 'old', required: 'old', second: 'old' });
    place('new');
    expect(replay(noted)).toEqual({ first: 'old', required: 'new', second: 'new' });
  });
});
