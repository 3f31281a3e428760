import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'mountns/vitest';
import { contentOf, makeDecoys } from '../copy-on-write/decoys.js';

const project = path.resolve(import.meta.dirname, '../../..');
const script = path.join(import.meta.dirname, 'fixtures/forbidden.mjs');
const node = [process.execPath, '--require', `${project}/dist/src/register.cjs`];

function run(command: readonly string[], permissions: string | undefined) {
  const { NODE_OPTIONS: _, MOUNTNS_NAMESPACE: __, MOUNTNS_HOST: ___, ...env } = process.env;
  const decoys = makeDecoys({ forbidden: 'x', own: 'x', 'closed/x': '', 'disk/x': '' });
  const [file = '', ...args] = [...command, ...node, script, decoys];
  const given = permissions === undefined ? {} : { MOUNTNS_PERMISSIONS: permissions };
  const { MOUNTNS_PERMISSIONS: ____, ...rest } = env;
  return spawnSync(file, args, { env: { ...rest, ...given }, encoding: 'utf8' });
}

const ENFORCED = {
  sync: 'EACCES',
  write: 'EACCES',
  list: 'EACCES',
  async: 'EACCES',
  asyncList: 'EACCES',
  thread: 'EACCES',
  child: expect.stringContaining('Permission denied'),
  grandchild: expect.stringContaining('Permission denied'),
  own: 'allowed',
  afterChmod: 'allowed',
  copied: ['EACCES', 'EACCES', expect.stringContaining('Permission denied')],
  afterChanges: 'EACCES',
  mounts: 2,
  full: 'ENOSPC',
  named: { '300': ['allowed', ['new', 'x'], 1], '600': ['EACCES', ['x'], 1], '000': ['EACCES', ['x'], 1] },
};

const launchers: [name: string, command: string[]][] = [
  ['root', []],
  ['root of a user namespace', ['unshare', '--user', '--map-root-user', '--mount']],
];

// Each starts several processes.
describe('permissions that are enforced', { timeout: 60_000 }, () => {
  test.each(launchers)('hold %s to them, who may still mount', (_name, command) => {
    const { stdout, stderr } = run(command, 'enforced');
    expect(stderr).toBe('');
    const { changes, ...others } = JSON.parse(stdout);
    expect(others).toEqual(ENFORCED);
    const names = (paths: string[]) => paths.map((file) => file.replace(/.*\/mountns-[^/]+\//, ''));
    expect(names(changes.created)).toEqual(['made', 'made/in']);
    expect(names(changes.modified)).toEqual(['closed', 'forbidden', 'own']);
  });

  test.each([undefined, '', 'root'])('are not when the environment says %j', (permissions) => {
    const { stdout, stderr } = run([], permissions);
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toMatchObject({ sync: 'allowed', async: 'allowed', child: '' });
  });

  test('do not keep a copy-on-write scope from its own files, whatever the umask', () => {
    const decoys = makeDecoys({ own: 'x' });
    const code = `
      process.umask(0o777);
      import(${JSON.stringify(`${project}/dist/src/index.js`)}).then(({ withMountNamespace }) =>
        withMountNamespace({ copyOnWrite: true }, (ns) => {
          fs.appendFileSync(process.argv[1] + '/own', 'x');
          console.log(ns.changes().modified.length, process.umask() === 0o777);
        }));`;
    const { stdout, stderr } = spawnSync(process.execPath, [...node.slice(1), '-e', code, decoys], {
      env: { ...process.env, MOUNTNS_NAMESPACE: '', MOUNTNS_HOST: '', MOUNTNS_PERMISSIONS: 'enforced' },
      encoding: 'utf8',
    });
    expect({ stdout, stderr }).toEqual({ stdout: '1 true\n', stderr: '' });
    expect(contentOf(decoys)).toEqual([expect.stringMatching(/^own 100644 0 x$/)]);
  });

  test('do not keep faults from the layers of a copy-on-write scope, whatever the umask was', () => {
    const decoys = makeDecoys({ own: 'x' });
    const code = `
      process.umask(0o777);
      import(${JSON.stringify(`${project}/dist/src/index.js`)}).then(({ withMountNamespace }) =>
        withMountNamespace({ copyOnWrite: true }, (ns) => {
          process.umask(0o022);
          ns.induce('ENOSPC', process.argv[1]);
        }));`;
    const { stderr, status } = spawnSync(process.execPath, [...node.slice(1), '-e', code, decoys], {
      env: { ...process.env, MOUNTNS_NAMESPACE: '', MOUNTNS_HOST: '', MOUNTNS_PERMISSIONS: 'enforced' },
      encoding: 'utf8',
    });
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  });

  test('do not keep a scope from files that it provides as mount points, one after another', () => {
    const decoys = makeDecoys({});
    const code = `
      import(${JSON.stringify(`${project}/dist/src/index.js`)}).then(({ withMountNamespace }) =>
        withMountNamespace((ns) => {
          for (const name of ['a', 'b']) ns.bind('/etc/passwd', process.argv[1] + '/missing/' + name);
        }));`;
    const { stderr, status } = spawnSync(process.execPath, [...node.slice(1), '-e', code, decoys], {
      env: { ...process.env, MOUNTNS_NAMESPACE: '', MOUNTNS_HOST: '', MOUNTNS_PERMISSIONS: 'enforced' },
      encoding: 'utf8',
    });
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  });

  test('are refused where they can not be', () => {
    const { stdout, stderr, status } = run(['setpriv', '--bounding-set', '-setpcap'], 'enforced');
    expect(stderr).toContain('cannot enforce permissions: prctl(2) EPERM');
    expect(stderr).toContain('dropping capabilities for good takes CAP_SETPCAP');
    expect({ stdout, status }).toEqual({ stdout: '', status: 1 });
  });

  test.each([
    ['sync', 'fs.openSync = (file, ...rest) => openSync(instead(file), ...rest);'],
    ['async', 'fs.open = (file, ...rest) => open(instead(file), ...rest);'],
    ['child', "child_process.spawnSync = () => ({ stdout: 'succeeds' });"],
  ])('are proved by %s code', (who, spoil) => {
    const early = path.join(makeDecoys({}), 'early.cjs');
    fs.writeFileSync(
      early,
      `const [child_process, fs] = [require('node:child_process'), require('node:fs')];
       const { open, openSync } = fs;
       const instead = (file) => (/^.proc.self.fd.\\d+.file$/.test(file) ? '/dev/null' : file);
       ${spoil}`,
    );
    const { stderr, status } = run(['env', `NODE_OPTIONS=--require ${early}`], 'enforced');
    expect(stderr).toContain(
      'NamespaceError: mountns refuses to run: permissions are not enforced\n' +
        `  why:  opening a file of mode 000 in ${who} code succeeds instead of failing with EACCES\n`,
    );
    expect(status).toBe(1);
  });

  test('are not guessed from a value that says something else', () => {
    const { stderr, status } = run([], 'yes');
    expect(stderr).toContain('MOUNTNS_PERMISSIONS is "yes", which is neither "enforced" nor "root"');
    expect(status).toBe(1);
  });
});
