import fs from 'node:fs';
import path from 'node:path';
import { withMountNamespace } from 'mountns';
import { expect, test } from 'mountns/vitest';
import { prepareHost, runAsUser } from './user-host.js';

const SCRIPT = `
import fs from 'node:fs';
import { withMountNamespace } from 'INDEX';

const [directory] = process.argv.slice(2);
await withMountNamespace({ copyOnWrite: true }, () =>
  withMountNamespace({ copyOnWrite: [directory] }, (ns) => {
    try {
      fs.writeFileSync(directory + '/new', '');
    } catch ({ code }) {
      console.log(JSON.stringify({ code, changes: ns.changes() }));
    }
  }),
);
`;

// To write there, the kernel would have to make a copy of the directory above that belongs to that other user.
test('a scope can be entered in which a directory that is named lies below one of another user', async () => {
  await withMountNamespace((ns) => {
    const host = prepareHost(ns);
    const directory = path.join(host.home, 'other/named');
    fs.mkdirSync(directory, { recursive: true });
    fs.chmodSync(directory, 0o777);
    fs.chownSync(path.dirname(directory), 4321, 4321);
    const script = path.join(host.home, 'script.mjs');
    fs.writeFileSync(script, SCRIPT.replace('INDEX', host.file('dist/src/index.js')));
    const { stdout, stderr } = runAsUser(host, ['node', '--require', host.preload, script, directory]);
    expect(stderr).toBe('');
    const changes = { created: [], modified: [], deleted: [] };
    expect(JSON.parse(stdout)).toEqual({ code: 'EOVERFLOW', changes });
    expect(fs.readdirSync(directory)).toEqual([]);
  });
});

const REFUSED = `
import { withMountNamespace } from 'INDEX';

const [directory] = process.argv.slice(2);
await withMountNamespace({ copyOnWrite: [directory] }, () => console.log('entered')).catch(({ message }) => {
  console.log(message.split('\\n', 1)[0]);
});
`;

test('no scope is entered in which a directory that is named cannot be read: it would be read-only', async () => {
  await withMountNamespace((ns) => {
    const host = prepareHost(ns);
    const directory = path.join(host.home, 'other');
    fs.mkdirSync(directory);
    fs.chmodSync(directory, 0o711);
    fs.chownSync(directory, 4321, 4321);
    const script = path.join(host.home, 'script.mjs');
    fs.writeFileSync(script, REFUSED.replace('INDEX', host.file('dist/src/index.js')));
    const { stdout, stderr } = runAsUser(host, ['node', '--require', host.preload, script, directory]);
    expect(stderr).toBe('');
    expect(stdout).toBe(`make ${directory} copy-on-write failed: open(2) EACCES, permission denied\n`);
  });
});
