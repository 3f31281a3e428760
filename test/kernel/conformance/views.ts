import fs from 'node:fs';
import type { Mount, MountNamespace, Propagation } from 'mountns';
import { expect } from 'mountns/vitest';
import { OtherNamespace } from '../matchers/host-side.js';
import { inCheckedScope } from '../operations/operation-test.js';

/** Runs `run` in a scope with a directory on a private tmpfs, of which the host must see nothing. */
export function inScope(run: (ns: MountNamespace, dir: string) => void | Promise<void>): Promise<void> {
  return inCheckedScope([], (ns, dir) => {
    ns.tmpfs(dir);
    expect(dir).toHavePropagation('private');
    return run(ns, dir);
  });
}

/** Two mounts that show the same tmpfs, which has the directories `x` and `y`. */
export interface Views {
  /** The mount that is in the state. */
  path: string;
  /** Its peer where the state is `shared`, its master where it is a slave; else a private mount. */
  other: string;
}

/** Mounts at `path` in the state `state`, which is asserted. */
export function mountViews(ns: MountNamespace, path: string, state: Propagation): Views {
  const other = `${path}.other`;
  ns.tmpfs(other);
  for (const name of ['x', 'y']) fs.mkdirSync(`${other}/${name}`);
  const isTied = state !== 'private' && state !== 'unbindable';
  if (isTied) ns.propagation(other, 'shared');
  ns.bind(other, path);
  if (state === 'slave' || state === 'slave+shared') ns.propagation(path, 'slave');
  if (state === 'slave+shared') ns.propagation(path, 'shared');
  if (state === 'unbindable') ns.propagation(path, 'unbindable');
  expect(path).toHavePropagation(state);
  const [here, there] = [mountAt(ns, path), mountAt(ns, other)];
  if (state === 'shared') expect(here.peerGroup).toBe(there.peerGroup);
  else expect(here.master).toBe(isTied ? there.peerGroup : undefined);
  return { path, other };
}

/** What a mount is attached onto: mount_namespaces(7) says "not shared" of a private one and of a slave. */
export type Onto = 'shared' | 'private' | 'slave';

/** What the tables of "Bind (MS_BIND) semantics" and of "Move (MS_MOVE) semantics" have in common. */
export const ATTACHED: readonly [onto: Onto, source: Propagation, after: Propagation][] = [
  ['shared', 'shared', 'shared'],
  ['shared', 'private', 'shared'],
  ['shared', 'slave', 'slave+shared'],
  ['private', 'shared', 'shared'],
  ['private', 'private', 'private'],
  ['private', 'slave', 'slave'],
  ['slave', 'shared', 'shared'],
  ['slave', 'private', 'private'],
  ['slave', 'slave', 'slave'],
];

/** Where {@link expectCopies} looks for copies of a mount: beside its parent, and in another namespace. */
export interface Around extends Views {
  clone: OtherNamespace;
}

/** Asserts that the mount at `x` has copies beside it and in the clone if its parent is shared, and else nowhere. */
export function expectCopies(ns: MountNamespace, onto: Onto, { path, other, clone }: Around): void {
  const copies = [ns.mounts().at(`${other}/x`), clone.mounts().at(`${path}/x`)];
  if (onto !== 'shared') {
    expect(`${other}/x`).not.toBeMountPoint();
    expect(copies).toEqual([undefined, undefined]);
    return;
  }
  const { propagation, peerGroup, device } = mountAt(ns, `${path}/x`);
  for (const copy of copies) expect(copy).toMatchObject({ propagation, peerGroup, device });
}

export function mountAt(ns: MountNamespace, path: string): Mount {
  const mount = ns.mounts().at(path);
  expect(mount, `a mount at ${path}`).toBeDefined();
  return mount as Mount;
}

/** A second namespace, cloned from this one as it is now: the types of its mounts are unchanged. */
export function cloneNamespace(): Promise<OtherNamespace> {
  return OtherNamespace.start('unchanged', { pid: process.pid });
}
