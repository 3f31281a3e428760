import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { type Changes, withMountNamespace } from 'mountns';
import { describe, expect, test } from 'mountns/vitest';
import { contentOf, fillDecoys, makeDecoys } from './decoys.js';

const project = path.resolve(import.meta.dirname, '../../..');
const script = path.join(import.meta.dirname, 'fixtures/destroy.mjs');
const node = [process.execPath, '--require', `${project}/dist/src/register.cjs`];

interface Outcome {
  empty: Changes;
  changes: Changes;
  nested: Changes;
  isRestored: boolean;
  content: string[];
}

/** Decoys, with mounts among them that a user namespace finds locked. */
function prepare(decoys = makeDecoys()): string {
  fillDecoys(decoys, {
    file: 'old',
    bound: '',
    'deep/dir/sub/file': 'old',
    'disk/x': '',
    'locked/file': 'old',
    'locked/dir/file': 'old',
    'locked/disk/x': '',
  });
  fs.symlinkSync('file', `${decoys}/locked/link`);
  execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', `${decoys}/locked/disk`]);
  execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', `${decoys}/disk`]);
  fs.writeFileSync(`${decoys}/disk/file`, 'old');
  fs.writeFileSync(`${decoys}/disk/source`, 'old');
  execFileSync('mount', ['--bind', `${decoys}/disk/source`, `${decoys}/bound`]);
  return decoys;
}

/** Runs the fixture, and looks at the decoys from here, outside of its namespace. */
function run(command: string[], decoys: string, environment: Record<string, string> = {}): Outcome {
  const before = contentOf(decoys);
  const { stdout, stderr, status } = runRaw(command, environment);
  expect(contentOf(decoys)).toEqual(before);
  if (status !== 0) throw new Error(`${command.join(' ')} failed:\n${stderr}`);
  return JSON.parse(stdout);
}

function runRaw([command, ...args]: string[], environment: Record<string, string> = {}) {
  const { NODE_OPTIONS: _, MOUNTNS_NAMESPACE: __, MOUNTNS_HOST: ___, ...env } = process.env;
  return spawnSync(command as string, args, {
    env: { ...env, ...environment },
    encoding: 'utf8',
  });
}

function expectOutcome({ empty, changes, nested, isRestored, content }: Outcome, decoys: string): void {
  const at = (...names: string[]) => names.map((name) => `${decoys}/${name}`);
  expect(empty).toEqual({ created: [], modified: [], deleted: [] });
  expect(changes).toEqual({
    created: at('deep/dir/new', 'locked/new'),
    modified: at('bound', 'disk/file', 'disk/source', 'file', 'locked/file'),
    deleted: at('deep/dir/sub', 'locked/dir/file'),
  });
  expect(nested).toEqual({ created: [], modified: at('locked/new'), deleted: at('deep/dir/new') });
  expect(isRestored).toBe(true);
  expect(content).toEqual(['old', 'old', 'old', 'old']);
}

// Each starts several processes.
describe('a copy-on-write scope', { timeout: 60_000 }, () => {
  test('works in a user namespace, where the mounts are locked', async () => {
    await withMountNamespace(() => {
      const decoys = prepare();
      const unshare = ['unshare', '--user', '--map-root-user', '--mount'];
      expectOutcome(run([...unshare, ...node, script, decoys, 'true'], decoys), decoys);
      expectOutcome(run([...unshare, ...node, script, decoys, JSON.stringify([decoys])], decoys), decoys);
    });
  });

  test('works in a user namespace whose root directory is read-only', async () => {
    await withMountNamespace(() => {
      const decoys = makeDecoys();
      execFileSync('mount', ['--bind', decoys, decoys]);
      prepare(decoys);
      execFileSync('mount', ['-o', 'remount,bind,ro', '/']);
      const unshare = ['unshare', '--user', '--map-root-user', '--mount'];
      expectOutcome(run([...unshare, ...node, script, decoys, 'true'], decoys), decoys);
    });
  });

  test('works where the root directory is an overlay, as in a container', async () => {
    await withMountNamespace((ns) => {
      const decoys = prepare();
      ns.tmpfs('/mnt');
      for (const name of ['upper', 'work', 'root']) fs.mkdirSync(`/mnt/${name}`);
      const layers = 'lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work';
      execFileSync('mount', ['-t', 'overlay', 'overlay', '-o', layers, '/mnt/root']);
      for (const name of ['proc', 'dev', 'sys', path.relative('/', decoys)]) {
        execFileSync('mount', ['--rbind', `/${name}`, `/mnt/root/${name}`]);
      }
      const container = ['cd /mnt/root && pivot_root . mnt && umount -l mnt && exec "$@"', 'sh'];
      const unshare = ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', ...container];
      expectOutcome(run([...unshare, ...node, script, decoys, 'true'], decoys), decoys);
    });
  });

  test('is what scopes are by default where the environment says so', async () => {
    await withMountNamespace(() => {
      const decoys = prepare();
      for (const option of [true, [decoys]]) {
        const environment = { MOUNTNS_COPY_ON_WRITE: JSON.stringify(option) };
        expectOutcome(run([...node, script, decoys], decoys, environment), decoys);
      }
      for (const wrong of ['yes', '["etc"]', 'null']) {
        const { stderr, status } = runRaw([...node, script, decoys], { MOUNTNS_COPY_ON_WRITE: wrong });
        expect(stderr).toContain(`MOUNTNS_COPY_ON_WRITE is ${JSON.stringify(wrong)}, which is no list`);
        expect(status).toBe(1);
      }
      expect(fs.readFileSync(`${decoys}/file`, 'utf8')).toBe('old');
    });
  });
});
