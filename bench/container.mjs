import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

/**
 * Makes the control groups read-only in this namespace, and an OCI bundle in `directory` whose container does nothing.
 *
 * @returns a function that runs it and returns the milliseconds; undefined where runc or BusyBox are missing, or refuse
 */
export function makeContainer(directory) {
  const busybox = spawnSync('sh', ['-c', 'command -v busybox'], { encoding: 'utf8' }).stdout.trim();
  if (busybox === '') return undefined;
  for (const name of ['bin', 'proc', 'dev'])
    fs.mkdirSync(path.join(directory, 'rootfs', name), { recursive: true });
  fs.copyFileSync(busybox, path.join(directory, 'rootfs/bin/busybox'));
  fs.writeFileSync(path.join(directory, 'config.json'), JSON.stringify(CONFIG));
  const args = [
    '--rootless=true',
    '--root',
    path.join(directory, 'state'),
    'run',
    '--bundle',
    directory,
    'bench',
  ];
  const run = () => {
    const start = performance.now();
    execFileSync('runc', args, { stdio: 'ignore' });
    return performance.now() - start;
  };
  try {
    // A cgroup is a directory that all namespaces have. Where it can't make one, runc does without if asked to.
    const table = fs.readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
    const points = table.map((mount) => mount.split(' ')[4]).filter((at) => at?.startsWith('/sys/fs/cgroup'));
    for (const at of points) execFileSync('mount', ['-o', 'remount,bind,ro', at]);
    run();
  } catch {
    return undefined;
  }
  return run;
}

const CONFIG = {
  ociVersion: '1.0.2',
  process: { user: { uid: 0, gid: 0 }, args: ['/bin/busybox', 'true'], env: [], cwd: '/' },
  root: { path: 'rootfs', readonly: true },
  mounts: [
    { destination: '/proc', type: 'proc', source: 'proc' },
    { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['size=64k'] },
  ],
  linux: { namespaces: ['pid', 'mount', 'ipc', 'uts'].map((type) => ({ type })) },
};
