import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { readMounts } from 'mountns';
import { expect, test } from 'mountns/vitest';
import { onTestFinished, vi } from 'vitest';
import { temporaryDirectory } from '../../temporary-directory.js';

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

test('the host stays the same one when a test changes its environment', ({ ns }) => {
  ns.tmpfs(POINT);
  onTestFinished(() => void vi.unstubAllEnvs());
  for (const mark of ['', '1,999999999', `1,${process.pid}`]) {
    vi.stubEnv('MOUNTNS_HOST', mark);
    expect(readMounts('host')).not.toHaveMount(POINT);
  }
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

test('ns-tool looks up the paths of another process among its own files', ({ ns, host }) => {
  const directory = temporaryDirectory();
  fs.symlinkSync(`${directory}/second`, `${directory}/first`);
  fs.symlinkSync('/proc', `${directory}/second`);
  ns.tmpfs(directory);
  fs.writeFileSync(`${directory}/inside`, '');
  const look = (whose: string, at: string) =>
    inChild({}, 'dist/src/cli/ns-tool.cjs', 'mounts', '--json', whose, `${directory}/${at}`);

  const proc = [host.mounts().at('/proc'), ...host.mounts().under('/proc')];
  expect(look('--host', 'first').stdout).toBe(`${JSON.stringify(proc, null, 2)}\n`);
  expect(look('--host', 'inside').stderr).toContain(`there is no '${directory}/inside'\n`);
  expect(look(String(process.pid), 'first').stderr).toContain(`there is no '${directory}/first'\n`);
  expect(JSON.parse(look(String(process.pid), 'inside').stdout)).toEqual([ns.mounts().at(directory)]);
});
