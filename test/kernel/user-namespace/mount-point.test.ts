import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { withMountNamespace } from 'mountns';
import { expect, test } from 'mountns/vitest';
import { UID } from '../../unprivileged.js';
import { filtered, prepareHost, runAsUser } from './user-host.js';

/** Prints what it sees before and after it has mounted something at a place that is missing, as JSON. */
const SCRIPT = `
import fs from 'node:fs';
import { withMountNamespace } from 'INDEX';

const look = (directory) => fs.readdirSync(directory).sort().map((name) => {
  const file = directory + '/' + name;
  const stat = fs.lstatSync(file);
  // Nobody but root may give a link to somebody else.
  return [name, stat.isSymbolicLink() ? fs.readlinkSync(file) : stat.mode.toString(8) + ' ' + stat.uid].join(' ');
});
const [directory] = process.argv.slice(2);
const before = look(directory);
const { mode } = fs.statSync(directory);
await withMountNamespace((ns) => {
  ns.tmpfs(directory + '/missing/deep');
  fs.writeFileSync(directory + '/missing/deep/file', '');
  if (fs.existsSync(directory + '/own')) fs.appendFileSync(directory + '/own/file', 'more');
  const after = look(directory).filter((name) => !name.startsWith('missing '));
  console.log(JSON.stringify({
    isSame: JSON.stringify(before) === JSON.stringify(after),
    hasMissing: fs.existsSync(directory + '/missing/deep/file'),
    isSameMode: fs.statSync(directory).mode === mode,
    cwd: process.cwd(),
    type: ns.mounts().at(directory + '/missing/deep')?.fsType,
  }));
});
`;

// In a user namespace the mounts that it began with are locked, and no overlay takes a directory that they lie in.
test('a mount point can be provided in directories that locked mounts lie in, and nothing of it is on the host', async () => {
  await withMountNamespace((ns) => {
    const host = prepareHost(ns);
    const directory = path.join(host.home, 'directory');
    fs.mkdirSync(`${directory}/own`, { recursive: true });
    fs.mkdirSync(`${directory}/locked`);
    fs.writeFileSync(`${directory}/own/file`, 'some');
    fs.writeFileSync(`${directory}/file`, '');
    fs.symlinkSync('file', `${directory}/link`);
    for (const name of ['', '/own', '/own/file', '/file']) fs.chmodSync(`${directory}${name}`, 0o777);
    ns.tmpfs(`${directory}/locked`);
    const script = path.join(host.home, 'script.mjs');
    fs.writeFileSync(script, SCRIPT.replace('INDEX', host.file('dist/src/index.js')));
    const rootBefore = fs.readdirSync('/');
    for (const place of [directory, '/']) {
      const { stdout, stderr } = runAsUser(host, ['node', '--require', host.preload, script, place]);
      expect(stderr).toBe('');
      expect(JSON.parse(stdout)).toEqual({
        isSame: true,
        hasMissing: true,
        isSameMode: true,
        cwd: host.home,
        type: 'tmpfs',
      });
    }
    expect(fs.readdirSync(directory)).toEqual(['file', 'link', 'locked', 'own']);
    expect(fs.readFileSync(`${directory}/own/file`, 'utf8')).toBe('somemore');
    expect(fs.readdirSync('/')).toEqual(rootBefore);
  });
});

// As before Linux 6.6, where a tmpfs has no attributes that overlay could use in a user namespace.
test('a mount point can be provided where overlay can keep no notes', async () => {
  await withMountNamespace((ns) => {
    const host = prepareHost(ns);
    const directory = path.join(host.home, 'directory');
    for (const name of ['own', 'emptied']) fs.mkdirSync(`${directory}/${name}`, { recursive: true });
    for (const name of ['own/file', 'emptied/file']) fs.writeFileSync(`${directory}/${name}`, 'some');
    execFileSync('chown', ['-R', `${UID}:${UID}`, directory]);
    const script = path.join(host.home, 'script.mjs');
    fs.writeFileSync(script, WITHOUT_OVERLAY.replace('INDEX', host.file('dist/src/index.js')));
    const prefix = filtered(host, 'fsetxattr=95');
    const command = ['node', '--require', host.preload, script, directory];
    const { stdout, stderr } = runAsUser(host, command, { prefix });
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual({
      type: 'tmpfs',
      names: ['emptied', 'missing', 'own'],
      emptied: ['directory'],
      refusal: [
        'cannot make a file system copy-on-write: overlay finds no place for its notes',
        'a tmpfs takes neither trusted nor user extended attributes here',
        'run as root outside of a user namespace, or on Linux 6.6 or later',
      ],
    });
    expect(fs.readdirSync(directory)).toEqual(['emptied', 'own']);
    expect(fs.readFileSync(`${directory}/own/file`, 'utf8')).toBe('somemore');
  });
});

const WITHOUT_OVERLAY = `
import fs from 'node:fs';
import { withMountNamespace } from 'INDEX';

const [directory] = process.argv.slice(2);
await withMountNamespace(async (ns) => {
  ns.tmpfs(directory + '/missing/deep');
  fs.writeFileSync(directory + '/missing/deep/file', '');
  fs.appendFileSync(directory + '/own/file', 'more');
  fs.rmSync(directory + '/emptied/file');
  fs.mkdirSync(directory + '/emptied/directory');
  const refusal = await withMountNamespace({ copyOnWrite: [directory] }, () => []).catch(
    ({ message, why, fix }) => [message.split('\\n', 1)[0], why, fix],
  );
  console.log(JSON.stringify({
    type: ns.mounts().at(directory + '/missing/deep')?.fsType,
    names: fs.readdirSync(directory).sort(),
    emptied: fs.readdirSync(directory + '/emptied'),
    refusal,
  }));
});
`;

const UNCOVERING = `
import fs from 'node:fs';
import { withMountNamespace } from 'INDEX';

const [directory] = process.argv.slice(2);
await withMountNamespace((ns) => {
  ns.tmpfs(directory + '/covered');
  ns.mask(directory + '/covered');
  ns.tmpfs(directory + '/missing');
  for (let time = 0; time < 2; time++) ns.umount(directory + '/covered');
  console.log(fs.readdirSync(directory + '/covered'));
});
`;

test('what is beneath a mount comes to light when that is unmounted, beside a mount point that was missing', async () => {
  await withMountNamespace((ns) => {
    const host = prepareHost(ns);
    const directory = path.join(host.home, 'directory');
    fs.mkdirSync(`${directory}/covered/beneath`, { recursive: true });
    const script = path.join(host.home, 'script.mjs');
    fs.writeFileSync(script, UNCOVERING.replace('INDEX', host.file('dist/src/index.js')));
    const { stdout, stderr } = runAsUser(host, ['node', '--require', host.preload, script, directory]);
    expect({ stdout, stderr }).toEqual({ stdout: "[ 'beneath' ]\n", stderr: '' });
  });
});

const READ_ONLY = `
import { withMountNamespace } from 'INDEX';

const [directory] = process.argv.slice(2);
await withMountNamespace((ns) => {
  ns.readonly(directory);
  for (const name of ['a', 'b', 'c']) ns.tmpfs(directory + '/' + name);
  console.log(JSON.stringify({
    mounts: ns.mounts().under(directory).map(({ mountPoint }) => mountPoint.slice(directory.length)).sort(),
    layers: [...ns.mounts()].filter(({ source }) => source === 'mountns').length,
    top: ns.mounts().at(directory)?.options[0],
  }));
});
`;

test('a read-only directory gets one layer for all of its mount points', async () => {
  await withMountNamespace((ns) => {
    const host = prepareHost(ns);
    const script = path.join(host.home, 'script.mjs');
    fs.writeFileSync(script, READ_ONLY.replace('INDEX', host.file('dist/src/index.js')));
    for (const name of ['plain', 'locked']) {
      fs.mkdirSync(path.join(host.home, name, 'sub'), { recursive: true });
      fs.writeFileSync(path.join(host.home, name, 'file'), '');
    }
    ns.tmpfs(path.join(host.home, 'locked/sub'));
    for (const name of ['plain', 'locked']) {
      const place = path.join(host.home, name);
      const { stdout, stderr } = runAsUser(host, ['node', '--require', host.preload, script, place]);
      expect(stderr).toBe('');
      // What is locked is covered by binds of each entry: once in the read-only bind, once in the layer.
      const binds = ['/file', '/sub', '/sub', '/sub'];
      const seen = ['/a', '/b', '/c', ...(name === 'plain' ? [] : binds)];
      expect(JSON.parse(stdout)).toEqual({ mounts: seen, layers: 1, top: 'ro' });
    }
  });
});

const COPY_ON_WRITE = `
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { withMountNamespace } from 'INDEX';

const [directory] = process.argv.slice(2);
const codeOf = (step) => {
  try {
    step();
  } catch ({ code }) {
    return code;
  }
};
await withMountNamespace({ copyOnWrite: [directory + '/named'] }, (ns) => {
  ns.tmpfs(directory + '/unbindable');
  fs.writeFileSync(directory + '/unbindable/file', '');
  ns.propagation(directory + '/unbindable', 'unbindable');
  ns.tmpfs(directory + '/missing');
  const unbindable = ns.mounts().at(directory + '/unbindable')?.propagation;
  const codes = [1, 2].map(() => codeOf(() => ns.umount(directory + '/named')));
  const { stderr } = spawnSync('umount', [directory + '/named'], { encoding: 'utf8' });
  fs.writeFileSync(directory + '/named/file', 'new');
  const isBusy = stderr.includes('busy');
  const files = fs.readdirSync(directory + '/unbindable');
  console.log(JSON.stringify({ codes, isBusy, changes: ns.changes(), unbindable, files }));
});
`;

test('a layer of mounts for missing mount points keeps what is copy-on-write, and unbindable mounts', async () => {
  await withMountNamespace((ns) => {
    const host = prepareHost(ns);
    const directory = path.join(host.home, 'directory');
    for (const name of ['named', 'locked', 'unbindable'])
      fs.mkdirSync(`${directory}/${name}`, { recursive: true });
    fs.writeFileSync(`${directory}/named/file`, 'old');
    execFileSync('chown', ['-R', `${UID}:${UID}`, directory]);
    ns.tmpfs(`${directory}/locked`);
    const script = path.join(host.home, 'script.mjs');
    fs.writeFileSync(script, COPY_ON_WRITE.replace('INDEX', host.file('dist/src/index.js')));
    const { stdout, stderr } = runAsUser(host, ['node', '--require', host.preload, script, directory]);
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual({
      codes: ['EINVAL', 'EINVAL'],
      isBusy: true,
      changes: { created: [], modified: [`${directory}/named/file`], deleted: [] },
      unbindable: 'unbindable',
      files: ['file'],
    });
    expect(fs.readFileSync(`${directory}/named/file`, 'utf8')).toBe('old');
  });
});
