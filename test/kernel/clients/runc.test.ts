import fs from 'node:fs';
import { describe, expect } from 'mountns/vitest';
import { clientTest, findProgram, type Inside } from './client-test.js';

/** Makes an OCI bundle in `directory`, with BusyBox as its root file system, that runs `script`. */
function makeBundle({ directory, env }: Inside, script: string): string {
  const bundle = `${directory}/bundle`;
  for (const name of ['bin', 'proc', 'dev', 'tmp', 'data'])
    fs.mkdirSync(`${bundle}/rootfs/${name}`, { recursive: true });
  fs.copyFileSync(findProgram('busybox') as string, `${bundle}/rootfs/bin/busybox`);
  const config = {
    ociVersion: '1.0.2',
    process: {
      user: { uid: 0, gid: 0 },
      args: ['/bin/busybox', 'sh', '-euc', script],
      env: ['PATH=/bin', `RUN_MARK=${env.RUN_MARK}`],
      cwd: '/',
      noNewPrivileges: true,
    },
    root: { path: 'rootfs', readonly: true },
    hostname: 'container',
    mounts: [
      { destination: '/proc', type: 'proc', source: 'proc' },
      { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'mode=755', 'size=64k'] },
      { destination: '/tmp', type: 'tmpfs', source: 'tmpfs', options: ['size=64k'] },
      { destination: '/data', type: 'bind', source: `${directory}/data`, options: ['bind', 'rw'] },
    ],
    linux: { namespaces: ['pid', 'mount', 'ipc', 'uts'].map((type) => ({ type })) },
  };
  fs.writeFileSync(`${bundle}/config.json`, JSON.stringify(config));
  return bundle;
}

describe('runc', () => {
  clientTest('runs a container on a root file system of the scope', ['runc', 'busybox'], (inside) => {
    const { ns, directory, run } = inside;
    // A cgroup is a directory that all namespaces have. Where it can't make one, runc does without if asked to.
    ns.readonly('/sys/fs/cgroup', { recursive: true });
    ns.tmpfs(`${directory}/data`);
    fs.writeFileSync(`${directory}/data/in`, 'of the scope\n');
    const bundle = makeBundle(
      inside,
      `cd bin; ./busybox cat /data/in; ./busybox hostname; ./busybox readlink /proc/self
       ./busybox mount -t tmpfs tmpfs /tmp 2>/dev/null || echo refused
       echo out > /data/out; ./busybox touch /made 2>/dev/null || echo read-only`,
    );
    const before = String(ns.mounts());
    const state = `${directory}/state`;
    const options = ['--rootless=true', '--root', state];
    expect(run('runc', ...options, 'run', '--bundle', bundle, `mountns-${process.pid}`)).toMatch(
      /^of the scope\ncontainer\n\d\nrefused\nread-only\n$/,
    );
    expect(fs.readFileSync(`${directory}/data/out`, 'utf8')).toBe('out\n');
    expect(fs.readdirSync(state)).toEqual([]);
    expect(String(ns.mounts())).toBe(before);
  });
});
