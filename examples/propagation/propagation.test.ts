import fs from 'node:fs';
import type { MountNamespace } from 'mountns';
import { beforeEach, expect, test } from 'mountns/vitest';

// `/mnt/source` is seen at `/mnt/copy` too; what is mounted at one of them may appear at the other.
const SOURCE = '/mnt/source';
const COPY = '/mnt/copy';

function prepare(ns: MountNamespace, type: 'private' | 'shared' | 'unbindable'): void {
  ns.tmpfs(SOURCE);
  for (const name of ['a', 'b']) fs.mkdirSync(`${SOURCE}/${name}`);
  ns.propagation(SOURCE, type);
}

beforeEach(() => expect(fs.existsSync(SOURCE)).toBe(false));

test('shared: mounts and unmounts travel both ways', ({ ns }) => {
  prepare(ns, 'shared');
  ns.bind(SOURCE, COPY);
  ns.tmpfs(`${SOURCE}/a`);
  ns.tmpfs(`${COPY}/b`);
  expect(`${COPY}/a`).toBeMountPoint();
  expect(`${SOURCE}/b`).toBeMountPoint();
  ns.umount(`${COPY}/a`);
  expect(`${SOURCE}/a`).not.toBeMountPoint();
});

test('slave: they come from the master, and nothing goes back', ({ ns }) => {
  prepare(ns, 'shared');
  ns.bind(SOURCE, COPY);
  ns.propagation(COPY, 'slave');
  ns.tmpfs(`${SOURCE}/a`);
  ns.tmpfs(`${COPY}/b`);
  expect(`${COPY}/a`).toBeMountPoint();
  expect(`${SOURCE}/b`).not.toBeMountPoint();
  expect(COPY).toHavePropagation('slave');
});

test('private: each side keeps its mounts to itself', ({ ns }) => {
  prepare(ns, 'private');
  ns.bind(SOURCE, COPY);
  ns.tmpfs(`${SOURCE}/a`);
  ns.tmpfs(`${COPY}/b`);
  expect(`${COPY}/a`).not.toBeMountPoint();
  expect(`${SOURCE}/b`).not.toBeMountPoint();
});

test('unbindable: it can not be seen at a second place', ({ ns }) => {
  prepare(ns, 'unbindable');
  expect(() => ns.bind(SOURCE, COPY)).toThrow('the source lies on an unbindable mount');
  ns.bind('/mnt', COPY, { recursive: true });
  expect(`${COPY}/source`).not.toBeMountPoint();
});

test('whatever is shared, the host gets none of it', ({ ns, host }) => {
  ns.propagation('/', 'shared', { recursive: true });
  ns.tmpfs(SOURCE);
  expect(ns).toBeIsolatedFromHost();
  expect(host.mounts().at(SOURCE)).toBeUndefined();
});
