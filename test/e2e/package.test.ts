import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, inject, test } from 'vitest';

const installed = path.join(inject('installed'), 'vitest4/node_modules/mountns');
const files = fs.readdirSync(installed, { recursive: true, encoding: 'utf8' });
const code = files.filter((file) => /\.c?js$/.test(file));

test('the package is small', () => {
  const [tarball] = fs.readdirSync(inject('installed')).filter((file) => file.endsWith('.tgz'));
  expect(fs.statSync(path.join(inject('installed'), tarball as string)).size).toBeLessThan(100_000);
});

test('its classes have their names, which messages show', async () => {
  const main = await import(pathToFileURL(path.join(installed, 'dist/src/index.js')).href);
  const classes = ['ExplainedError', 'MountError', 'MountTable', 'NamespaceError'];
  expect(classes.map((name) => main[name].name)).toEqual(classes);
  // These are given by functions alone.
  const text = code.map((file) => fs.readFileSync(path.join(installed, file), 'utf8')).join('');
  expect(text).toContain('class HostNamespace{');
  expect(text).toContain('class MountNamespace{');
});

test('its messages name the flags of a call', () => {
  const script = `import('mountns').then(({ withMountNamespace }) => withMountNamespace((ns) => {
    try { ns.bind('/not/there', '/mnt'); } catch ({ call }) { console.log(call); }
    try { ns.mount({ target: '/mnt', type: 'tmpfs', flags: 4096 }); } catch ({ message }) { console.log(message); }
  }))`;
  const stdout = execFileSync(process.execPath, ['--require', 'mountns/register', '--eval', script], {
    cwd: path.join(installed, '../..'),
    encoding: 'utf8',
  });
  expect(stdout.trimEnd().split('\n')).toEqual([
    'open_tree(-100, "/not/there", OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC|AT_NO_AUTOMOUNT) = -1',
    'flags must not hold MS_BIND: use ns.bind(source, target)',
  ]);
});

test('none of its lines is very long: Node prints the one that an error was thrown in', () => {
  const lines = code.flatMap((file) => fs.readFileSync(path.join(installed, file), 'utf8').split('\n'));
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThan(5_000);
});

test('it has every file of its own that its files name', () => {
  // The bundles name files as seen from where their modules were.
  const small = code.filter((file) => path.dirname(file) !== 'dist');
  const named = small.flatMap((file) => {
    const text = fs.readFileSync(path.join(installed, file), 'utf8');
    const paths = [...text.matchAll(/["'`](\.{1,2}\/[^"'`\s]+\.c?js)["'`]/g)];
    return paths.map(([, name]) => path.join(path.dirname(file), name as string));
  });
  expect(named.length).toBeGreaterThan(30);
  expect(named.filter((file) => !files.includes(file))).toEqual([]);
});
