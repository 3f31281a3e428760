import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import type { MountNamespace } from 'mountns';
import { expect, test } from 'mountns/vitest';

const ROOT = '/run/example-container';

/** What a container runtime does with the mounts of a container, by the steps of pivot_root(2). */
function enterContainer(ns: MountNamespace): void {
  // Nothing that is mounted from here on reaches another namespace, or comes from one.
  ns.propagation('/', 'private', { recursive: true });

  ns.tmpfs(ROOT, { mode: 0o755 });
  ns.bind('/usr', `${ROOT}/usr`, { recursive: true, readonly: true });
  for (const name of ['bin', 'sbin', 'lib', 'lib64']) {
    if (!fs.existsSync(`/${name}`)) continue;
    if (fs.lstatSync(`/${name}`).isSymbolicLink()) fs.symlinkSync(`usr/${name}`, `${ROOT}/${name}`);
    else ns.bind(`/${name}`, `${ROOT}/${name}`, { recursive: true, readonly: true });
  }
  // With root there could be a new one: ns.proc(`${ROOT}/proc`).
  ns.bind('/proc', `${ROOT}/proc`, { recursive: true });
  for (const secret of ['acpi', 'kcore', 'keys', 'timer_list']) {
    if (fs.existsSync(`/proc/${secret}`)) ns.mask(`${ROOT}/proc/${secret}`);
  }
  ns.tmpfs(`${ROOT}/tmp`, { size: '16m' });
  fs.mkdirSync(`${ROOT}/etc`);
  fs.writeFileSync(`${ROOT}/etc/hostname`, 'example\n');

  // The old root is detached: nothing leads back to it.
  ns.pivotRoot(ROOT);
  ns.propagation('/', 'private', { recursive: true });
}

test('a container sees its own root file system, and the host none of it', async ({ ns, host }) => {
  const hostname = fs.readFileSync('/etc/hostname', 'utf8');
  enterContainer(ns);

  expect(fs.readdirSync('/').sort()).toEqual(expect.arrayContaining(['bin', 'etc', 'proc', 'tmp', 'usr']));
  expect(await fs.promises.readFile('/etc/hostname', 'utf8')).toBe('example\n');
  expect(execFileSync('cat', ['/etc/hostname'], { encoding: 'utf8' })).toBe('example\n');
  expect(fs.existsSync('/home')).toBe(false);

  expect(hostname).not.toBe('example\n');
  expect(host.mounts().at(ROOT)).toBeUndefined();
});

test('what it must not change is read-only, and what is its own is not', ({ ns }) => {
  enterContainer(ns);
  expect('/usr').toBeReadOnly();
  expect(() => fs.writeFileSync('/usr/bin/evil', '')).toThrow('EROFS');
  fs.writeFileSync('/tmp/scratch', 'fine');
});

test('every mount in it is private', ({ ns }) => {
  enterContainer(ns);
  for (const mount of ns.mounts()) expect(mount.propagation).toBe('private');
  expect(ns).toBeIsolatedFromHost();
});

test('when it is gone, the old root is back', () => {
  expect(fs.existsSync(ROOT)).toBe(false);
  expect(fs.existsSync('/etc/hostname')).toBe(true);
});
