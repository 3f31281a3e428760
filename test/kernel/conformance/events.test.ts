import fs from 'node:fs';
import type { MountNamespace, MountTable } from 'mountns';
import { describe, expect } from 'mountns/vitest';
import { test } from 'vitest';
import { OtherNamespace } from '../matchers/host-side.js';
import { cloneNamespace, inScope, mountAt, mountViews } from './views.js';

/** A mount, by the namespace and the path that it is found at. */
interface Place {
  path: string;
  mounts(): MountTable;
  mount(name: string): void;
  umount(name: string): void;
}

/** A place in this namespace, through the API. */
function here(ns: MountNamespace, path: string): Place {
  return {
    path,
    mounts: () => ns.mounts(),
    mount: (name) => ns.tmpfs(`${path}/${name}`),
    umount: (name) => ns.umount(`${path}/${name}`),
  };
}

/** A place in another namespace, by the commands of util-linux. */
function there(other: OtherNamespace, path: string): Place {
  return {
    path,
    mounts: () => other.mounts(),
    mount: (name) => other.run('mount', '-t', 'tmpfs', 'tmpfs', `${path}/${name}`),
    umount: (name) => other.run('umount', `${path}/${name}`),
  };
}

const has = (place: Place, name: string) => place.mounts().at(`${place.path}/${name}`) !== undefined;

type Pair = (ns: MountNamespace, dir: string) => Promise<[Place, Place]> | [Place, Place];

const PEERS: Record<string, Pair> = {
  'in one namespace': (ns, dir) => {
    const { path, other } = mountViews(ns, `${dir}/m`, 'shared');
    return [here(ns, path), here(ns, other)];
  },
  'in two namespaces': async (ns, dir) => {
    const { path } = mountViews(ns, `${dir}/m`, 'shared');
    return [here(ns, path), there(await cloneNamespace(), path)];
  },
};

const MASTERS: Record<string, Pair> = {
  'in one namespace': (ns, dir) => {
    const { path, other } = mountViews(ns, `${dir}/m`, 'slave');
    return [here(ns, other), here(ns, path)];
  },
  'the slave in another namespace': async (ns, dir) => {
    const { path } = mountViews(ns, `${dir}/m`, 'shared');
    const clone = await OtherNamespace.start('slave', { pid: process.pid });
    expect(clone.mounts().at(path)).toMatchObject({
      propagation: 'slave',
      master: mountAt(ns, path).peerGroup,
    });
    return [here(ns, path), there(clone, path)];
  },
  'the master in another namespace': async (ns, dir) => {
    const { path } = mountViews(ns, `${dir}/m`, 'shared');
    const clone = await cloneNamespace();
    ns.propagation(`${path}.other`, 'private');
    ns.propagation(path, 'slave');
    expect(path).toHavePropagation('slave');
    return [there(clone, path), here(ns, path)];
  },
};

describe('peers replicate mounts and unmounts both ways', () => {
  test.each(Object.entries(PEERS))('%s', (_, make) =>
    inScope(async (ns, dir) => {
      const [one, two] = await make(ns, dir);
      for (const [from, to, name] of [
        [one, two, 'x'],
        [two, one, 'y'],
      ] as const) {
        from.mount(name);
        expect(has(to, name), 'the mount').toBe(true);
        const [source, copy] = [from, to].map((place) => place.mounts().at(`${place.path}/${name}`));
        expect(source?.propagation).toBe('shared');
        expect(copy?.peerGroup).toBe(source?.peerGroup);
        to.umount(name);
        expect(has(from, name), 'after the unmount').toBe(false);
      }
    }),
  );
});

describe('a master sends to its slaves, and receives nothing', () => {
  test.each(Object.entries(MASTERS))('%s', (_, make) =>
    inScope(async (ns, dir) => {
      const [master, slave] = await make(ns, dir);
      master.mount('x');
      const [sent, received] = [master, slave].map((place) => place.mounts().at(`${place.path}/x`));
      expect(sent?.propagation).toBe('shared');
      expect(received).toMatchObject({ propagation: 'slave', master: sent?.peerGroup });
      slave.mount('y');
      expect(has(master, 'y')).toBe(false);
      expect(slave.mounts().at(`${slave.path}/y`)?.propagation).toBe('private');
      slave.umount('x');
      expect(has(master, 'x'), 'after the unmount in the slave').toBe(true);
      master.umount('x');
      master.mount('x');
      expect(has(slave, 'x'), 'after a second mount').toBe(true);
      master.umount('x');
      expect(has(slave, 'x'), 'after the unmount in the master').toBe(false);
    }),
  );
});

describe('a slave that is shared forwards to its own peers', () => {
  test.each(['in one namespace', 'in two namespaces'])('%s', (where) =>
    inScope(async (ns, dir) => {
      const { path, other } = mountViews(ns, `${dir}/m`, 'slave+shared');
      const [master, slave] = [here(ns, other), here(ns, path)];
      let peer: Place;
      if (where === 'in one namespace') {
        ns.bind(path, `${dir}/peer`);
        peer = here(ns, `${dir}/peer`);
      } else peer = there(await cloneNamespace(), path);

      const group = mountAt(ns, path).peerGroup;
      expect(peer.mounts().at(peer.path)).toMatchObject({ propagation: 'slave+shared', peerGroup: group });

      master.mount('x');
      const sent = mountAt(ns, `${other}/x`);
      const [first, second] = [slave, peer].map((place) => place.mounts().at(`${place.path}/x`));
      for (const copy of [first, second]) {
        expect(copy).toMatchObject({ propagation: 'slave+shared', master: sent.peerGroup });
      }
      expect(second?.peerGroup).toBe(first?.peerGroup);

      peer.mount('y');
      expect([has(slave, 'y'), has(master, 'y')]).toEqual([true, false]);
      peer.umount('y');
      expect(has(slave, 'y')).toBe(false);
      master.umount('x');
      expect([has(slave, 'x'), has(peer, 'x')]).toEqual([false, false]);
    }),
  );
});

describe('the parent mount decides, and nothing above it', () => {
  test.each([
    ['private on shared', 'shared', 'private', false],
    ['slave on shared', 'shared', 'slave', false],
    ['unbindable on shared', 'shared', 'unbindable', false],
    ['shared on private', 'private', 'shared', true],
    ['shared on unbindable', 'unbindable', 'shared', true],
  ] as const)('%s', (_, above, parent, isSent) =>
    inScope(async (ns, dir) => {
      ns.tmpfs(`${dir}/above`);
      ns.propagation(`${dir}/above`, 'shared');
      ns.tmpfs(`${dir}/above/parent`);
      expect(`${dir}/above/parent`).toHavePropagation('shared');
      fs.mkdirSync(`${dir}/above/parent/x`);
      const clone = await cloneNamespace();
      ns.propagation(`${dir}/above`, above);
      ns.propagation(`${dir}/above/parent`, parent);
      expect(`${dir}/above`).toHavePropagation(above);
      expect(`${dir}/above/parent`).toHavePropagation(parent);
      ns.tmpfs(`${dir}/above/parent/x`);
      expect(clone.mounts().at(`${dir}/above/parent/x`) !== undefined).toBe(isSent);
    }),
  );
});
