import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { withMountNamespace } from 'mountns';
import { expect, test } from 'mountns/vitest';
import { UID, UNPRIVILEGED } from '../../unprivileged.js';
import { env, prepareHost, runAsUser } from './user-host.js';

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

const UNCOVERING = `
import fs from 'node:fs';
import { withMountNamespace } from 'INDEX';

const [above] = process.argv.slice(2);
const named = above + '/named';
await withMountNamespace(async (outer) => {
  outer.bind(above, above);
  const act = (ns) => {
    const acts = {
      umount: () => ns.umount(above),
      lazily: () => ns.umount(above, { lazy: true }),
      root: () => ns.umount('/', { lazy: true }),
      move: () => ns.move(above, '/mnt/moved'),
      bind: () => ns.bind(above, above),
      missing: () => ns.tmpfs(above + '/missing'),
    };
    for (const [name, run] of Object.entries(acts)) {
      try {
        run();
        console.log(name);
      } catch ({ code, why }) {
        console.log(name, code, why);
      }
      fs.writeFileSync(named + '/' + name, '');
    }
  };
  await withMountNamespace({ copyOnWrite: [named] }, async (ns) => {
    await withMountNamespace(act);
    act(ns);
  });
});
`;

test('what lies above a directory that is named stays', async () => {
  await withMountNamespace((ns) => {
    const host = prepareHost(ns);
    const above = path.join(host.home, 'above');
    const named = path.join(above, 'named');
    fs.mkdirSync(named, { recursive: true });
    for (const directory of [above, named]) fs.chownSync(directory, UID, UID);
    const script = path.join(host.home, 'script.mjs');
    fs.writeFileSync(script, UNCOVERING.replace('INDEX', host.file('dist/src/index.js')));
    const { stdout, stderr } = runAsUser(host, ['node', '--require', host.preload, script, above]);
    const why = `EBUSY it would uncover what is beneath ${named}, which the scope has made copy-on-write\n`;
    const once = `umount ${why}lazily ${why}root ${why}move ${why}bind\nmissing\n`;
    expect({ stdout, stderr }).toEqual({ stdout: once + once, stderr: '' });
    expect(fs.readdirSync(above)).toEqual(['named']);
    expect(fs.readdirSync(named)).toEqual([]);
  });
});

const UNBINDABLE = `
import { withMountNamespace } from 'INDEX';

await withMountNamespace(async (outer) => {
  for (const name of ['/proc', '/sys/kernel']) outer.propagation(name, 'unbindable');
  const typeOf = (ns) => ['/proc', '/sys/kernel'].map((name) => ns.mounts().at(name).propagation).join();
  console.log(await withMountNamespace({ copyOnWrite: true }, typeOf), typeOf(outer));
  outer.propagation('/', 'unbindable', { recursive: true });
  await withMountNamespace(() => {}).catch(({ code, why, fix }) => console.log(code, why, fix));
  outer.propagation('/', 'private', { recursive: true });
  await withMountNamespace(() => console.log('entered'));
});
`;

test('all can be copy-on-write where a mount that is locked is unbindable', async () => {
  await withMountNamespace((ns) => {
    for (let time = 0; time < 2; time++) ns.proc('/sys/kernel');
    const host = prepareHost(ns);
    const script = path.join(host.home, 'script.mjs');
    fs.writeFileSync(script, UNBINDABLE.replace('INDEX', host.file('dist/src/index.js')));
    const { stdout, stderr } = runAsUser(host, ['node', '--require', host.preload, script]);
    expect(stderr).toBe('');
    const why = 'this is a user namespace, which copies no unbindable mount that is locked';
    const fix = "make all private: ns.propagation('/', 'private', { recursive: true })";
    // No path leads to one that is covered.
    const refused = `ERR_MOUNTNS_SCOPE ${why} ${fix}`;
    expect(stdout).toBe(`private,private unbindable,unbindable\n${refused}\nentered\n`);
  });
});

// Directories, and files that the user may write to or not: each is copied in a way of its own.
const COMING_AND_GOING = `
const fs = require('node:fs');
const [directory] = process.argv.slice(1);
process.umask(0);
process.stdout.write('ready');
for (;;) {
  for (let index = 0; index < 40; index += 4) {
    for (const each of [0, 1]) fs.mkdirSync(directory + '/' + (index + each));
    fs.writeFileSync(directory + '/' + (index + 2), '', { mode: 0o600 });
    fs.writeFileSync(directory + '/' + (index + 3), '', { mode: 0o666 });
  }
  for (let index = 0; index < 40; index += 1) fs.rmSync(directory + '/' + index, { recursive: true });
}
`;

const ENTERING = `
import { withMountNamespace } from 'INDEX';

const enter = (fn) => withMountNamespace({ copyOnWrite: true }, fn);
for (let run = 0; run < 10; run += 1) await enter(() => enter(() => {}));
console.log('entered');
`;

// What cannot be a layer as a whole is one in pieces, each of which may be gone before it is one. So is the directory for
// temporary files, however many there are.
test('all can be copy-on-write while files come and go beside a locked mount', {
  timeout: 60_000,
}, async () => {
  await withMountNamespace(async (ns) => {
    const host = prepareHost(ns);
    const others = spawn(process.execPath, ['-e', COMING_AND_GOING, path.dirname(host.home)]);
    try {
      await once(others.stdout, 'data');
      const script = path.join(host.home, 'script.mjs');
      fs.writeFileSync(script, ENTERING.replace('INDEX', host.file('dist/src/index.js')));
      const { stdout, stderr } = runAsUser(host, ['node', '--require', host.preload, script]);
      expect(stderr).toBe('');
      expect(stdout).toBe('entered\n');
    } finally {
      others.kill();
      await once(others, 'exit');
    }
  });
});

const REMOVING = `
import fs from 'node:fs';
import { withMountNamespace } from 'INDEX';

await withMountNamespace({ copyOnWrite: true }, () => {
  for (const file of process.argv.slice(2)) {
    try {
      fs.rmSync(file);
      console.log('removed');
    } catch ({ code }) {
      console.log(code);
    }
  }
});
`;

test('beside a mount that is locked, files can be removed that the user may write to, further below all', async () => {
  await withMountNamespace((ns) => {
    const host = prepareHost(ns);
    const beside = path.dirname(host.home);
    fs.chmodSync(beside, 0o777);
    fs.mkdirSync(path.join(beside, 'below'), { mode: 0o755 });
    fs.chownSync(path.join(beside, 'below'), UID, UID);
    const files = ['own', 'other', 'below/other'].map((name) => path.join(beside, name));
    for (const file of files) fs.writeFileSync(file, '', { mode: 0o644 });
    fs.chownSync(files[0] as string, UID, UID);
    const script = path.join(host.home, 'script.mjs');
    fs.writeFileSync(script, REMOVING.replace('INDEX', host.file('dist/src/index.js')));
    const { stdout, stderr } = runAsUser(host, ['node', '--require', host.preload, script, ...files]);
    expect({ stdout, stderr }).toEqual({ stdout: 'removed\nEBUSY\nremoved\n', stderr: '' });
    expect(files.filter((file) => fs.existsSync(file))).toEqual(files);
  });
});

const DELETED = `
import { once } from 'node:events';
import fs from 'node:fs';
import { withMountNamespace } from 'INDEX';

await withMountNamespace({ copyOnWrite: true }, async () => {
  console.log('in a scope');
  await once(process.stdin.resume(), 'end');
  const held = () => fs.readdirSync('/proc/self/fd').map((fd) => {
    try { return fs.readlinkSync('/proc/self/fd/' + fd); } catch { return ''; }
  });
  await withMountNamespace({ copyOnWrite: true }, () =>
    console.log('in one inside', held().filter((link) => / .deleted.$/.test(link))));
});
`;

test('all can be copy-on-write in a scope where what may not be read was deleted since', async () => {
  await withMountNamespace(async (ns) => {
    const host = prepareHost(ns);
    const [directory, file, fifo] = ['directory', 'file', 'fifo'].map((name) =>
      path.join(path.dirname(host.home), name),
    ) as [string, string, string];
    fs.mkdirSync(directory, { mode: 0o700 });
    fs.writeFileSync(file, '', { mode: 0o600 });
    execFileSync('mkfifo', [fifo]);
    const script = path.join(host.home, 'script.mjs');
    fs.writeFileSync(script, DELETED.replace('INDEX', host.file('dist/src/index.js')));
    const [program = '', ...args] = [...UNPRIVILEGED, 'node', '--require', host.preload, script];
    const child = spawn(program, args, { cwd: host.home, env: { ...env, HOME: host.home } });
    const printed: string[] = [];
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (data) => printed.push(String(data)));
    const closed = once(child, 'close');
    await Promise.race([once(child.stdout, 'data'), closed]);
    for (const each of [directory, file, fifo]) fs.rmSync(each, { recursive: true });
    child.stdin.end();
    await closed;
    expect(printed.join('')).toBe('in a scope\nin one inside []\n');
  });
});
