import { fork } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'mountns/vitest';
import { temporaryDirectory } from '../../temporary-directory.js';

// Opens a scope when it is told to, writes there when it is told again, and leaves at the third word.
const CHILD = `
import fs from 'node:fs';
import { withMountNamespace } from ${JSON.stringify(path.resolve('dist/src/index.js'))};
const [, , directory, name] = process.argv;
const word = () => new Promise((resolve) => process.once('message', resolve));
await word();
await withMountNamespace(async (ns) => {
  ns.tmpfs(directory);
  process.send('entered');
  await word();
  fs.writeFileSync(directory + '/' + name, '');
  process.send(fs.readdirSync(directory));
  await word();
}).catch((error) => process.send(error.message));
process.disconnect();
`;

function start(directory: string, name: string, env: NodeJS.ProcessEnv = {}, execArgv = process.execArgv) {
  const file = path.join(directory, `${name}.mjs`);
  fs.writeFileSync(file, CHILD);
  const mountPoint = path.join(directory, 'mnt');
  fs.mkdirSync(mountPoint, { recursive: true });
  // As Vitest's pool starts workers: fork() passes the preload on.
  const child = fork(file, [mountPoint, name], { env: { ...process.env, ...env }, execArgv });
  return {
    async ask(): Promise<unknown> {
      const answer = once(child, 'message');
      child.send('go on');
      return (await answer)[0];
    },
    async end(): Promise<void> {
      const exit = once(child, 'exit');
      child.send('go on');
      await exit;
    },
    exit: once(child, 'exit'),
    mountPoint,
  };
}

test.each([
  ['with the preload', process.execArgv],
  ['without it', []],
])('a process that lives in the namespace of another one opens no scope there, %s', async (_, execArgv) => {
  const directory = temporaryDirectory();
  const child = start(directory, 'child', {}, execArgv);
  expect(await child.ask()).toMatchInlineSnapshot(`
    "cannot open a scope here: this process lives in the mount namespace of the one that started it
      why:  scopes of two processes in one namespace would take each other’s mounts away
      fix:  start it with --require mountns/register, and MOUNTNS_NAMESPACE='' in its environment: it gets a namespace of its own then"
  `);
  await child.exit;
  expect(fs.readdirSync(child.mountPoint)).toEqual([]);
});

test('processes with namespaces of their own overlap in any order, and nothing lands outside', async () => {
  const directory = temporaryDirectory();
  const own = { MOUNTNS_NAMESPACE: '' };
  const [first, second] = [start(directory, 'first', own), start(directory, 'second', own)];
  expect(await first.ask()).toBe('entered');
  expect(await second.ask()).toBe('entered');
  expect(await first.ask()).toEqual(['first']);
  await first.end();
  expect(await second.ask()).toEqual(['second']);
  await second.end();
  expect(fs.readdirSync(first.mountPoint)).toEqual([]);
});
