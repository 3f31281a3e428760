import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'mountns/vitest';

const INDEX = JSON.stringify(path.resolve('dist/src/index.js'));
const POINT = '/mnt/in';
const READ = `import(${INDEX}).then(({ readMounts }) => readMounts('host').at('${POINT}')?.fsType ?? 'nothing', String)`;

/** A process that has not loaded the preload. */
const inChild = (env: NodeJS.ProcessEnv, ...args: string[]) =>
  spawnSync(process.execPath, args, { encoding: 'utf8', env: { ...process.env, ...env, NODE_OPTIONS: '' } });

test('the host is the same one in a child process, in ns-tool, and in a worker_thread', async ({
  ns,
  host,
}) => {
  ns.tmpfs(POINT);
  expect(host).not.toHaveMount(POINT);
  expect(inChild({}, '-e', `${READ}.then(console.log)`)).toMatchObject({ stdout: 'nothing\n', stderr: '' });

  const tool = inChild({}, 'dist/src/cli/ns-tool.cjs', 'mounts', '--host', '--json');
  expect(JSON.parse(tool.stdout)).toEqual(host.mounts().toJSON());

  const worker = new Worker(
    `${READ}.then((type) => require('node:worker_threads').parentPort.postMessage(type))`,
    {
      eval: true,
    },
  );
  expect(await once(worker, 'message')).toEqual(['nothing']);
  await worker.terminate();
});

test('a child process says that it can’t see the host any more', () => {
  const env = { MOUNTNS_HOST: '1,999999999' };
  const { status, stdout, stderr } = inChild(env, 'dist/src/cli/ns-tool.cjs', 'mounts', '--host');
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr).toBe(
    'read the mounts of the host failed: open(2) ENOENT, no such file or directory\n' +
      '  why:  there is no process 999999999\n' +
      '  call: open("/proc/999999999/mountinfo", O_RDONLY|O_CLOEXEC) = -1\n',
  );
});
