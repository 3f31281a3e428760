import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import { withMountNamespace } from 'mountns';
import { expect, test } from 'mountns/vitest';
import { onTestFinished } from 'vitest';
import { temporaryDirectory } from '../../temporary-directory.js';

/** `undefined` when somebody listens there. */
async function refusalOf(socket: string): Promise<string | undefined> {
  const client = net.connect(socket);
  try {
    await once(client, 'connect');
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code;
  } finally {
    client.destroy();
  }
}

async function listen(socket: string): Promise<void> {
  const server = net.createServer().listen(socket);
  onTestFinished(() => void server.close());
  await once(server, 'listening');
}

async function lock(file: string): Promise<() => Promise<unknown>> {
  const holder = spawn('flock', [file, '-c', 'echo locked; read line']);
  onTestFinished(() => void holder.kill('SIGKILL'));
  await once(holder.stdout, 'data');
  return async () => {
    const ended = once(holder, 'exit');
    holder.stdin.end();
    await ended;
  };
}

const isLocked = (file: string) => spawnSync('flock', ['--nonblock', file, '-c', 'exit 0']).status === 1;

test('sockets and locks that were there before are others in a copy-on-write scope', async ({ ns }) => {
  ns.tmpfs('/mnt/test_mount');
  await listen('/mnt/test_mount/socket');
  const unlock = await lock('/mnt/test_mount/file');
  expect(isLocked('/mnt/test_mount/file')).toBe(true);

  await withMountNamespace({ copyOnWrite: ['/mnt/test_mount'] }, async () => {
    expect(await refusalOf('/mnt/test_mount/socket')).toBe('ECONNREFUSED');
    expect(isLocked('/mnt/test_mount/file')).toBe(false);
    await listen('/mnt/test_mount/new');
    expect(await refusalOf('/mnt/test_mount/new')).toBeUndefined();
  });
  expect(await refusalOf('/mnt/test_mount/socket')).toBeUndefined();
  await unlock();
});

test('so they are around a mount point that was missing', async ({ ns }) => {
  const directory = temporaryDirectory();
  await listen(`${directory}/socket`);
  const unlock = await lock(`${directory}/file`);
  expect(await refusalOf(`${directory}/socket`)).toBeUndefined();

  ns.tmpfs(`${directory}/missing`);
  expect(await refusalOf(`${directory}/socket`)).toBe('ECONNREFUSED');
  expect(isLocked(`${directory}/file`)).toBe(false);
  await unlock();
});
