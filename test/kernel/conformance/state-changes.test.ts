import type { Propagation, PropagationType } from 'mountns';
import { describe, expect } from 'mountns/vitest';
import { test } from 'vitest';
import { cloneNamespace, inScope, mountAt, mountViews } from './views.js';

/** Which way mounts travel between a mount and its peer or master, after the change. */
type Ties = 'both ways' | 'to it' | 'none';

// mount_namespaces(7), "Propagation type transitions".
const TABLE: readonly [before: Propagation, change: PropagationType, after: Propagation, ties: Ties][] = [
  ['shared', 'shared', 'shared', 'both ways'],
  ['shared', 'slave', 'slave', 'to it'],
  ['shared', 'private', 'private', 'none'],
  ['shared', 'unbindable', 'unbindable', 'none'],
  ['slave', 'shared', 'slave+shared', 'to it'],
  ['slave', 'slave', 'slave', 'to it'],
  ['slave', 'private', 'private', 'none'],
  ['slave', 'unbindable', 'unbindable', 'none'],
  ['slave+shared', 'shared', 'slave+shared', 'to it'],
  ['slave+shared', 'slave', 'slave', 'to it'],
  ['slave+shared', 'private', 'private', 'none'],
  ['slave+shared', 'unbindable', 'unbindable', 'none'],
  ['private', 'shared', 'shared', 'none'],
  ['private', 'slave', 'private', 'none'],
  ['private', 'private', 'private', 'none'],
  ['private', 'unbindable', 'unbindable', 'none'],
  ['unbindable', 'shared', 'shared', 'none'],
  ['unbindable', 'slave', 'unbindable', 'none'],
  ['unbindable', 'private', 'private', 'none'],
  ['unbindable', 'unbindable', 'unbindable', 'none'],
];

describe('a change of propagation type', () => {
  test.each(TABLE)('%s, make-%s: %s, mounts travel %s', (before, change, after, ties) =>
    inScope(async (ns, dir) => {
      const { path, other } = mountViews(ns, `${dir}/m`, before);
      const old = mountAt(ns, path);
      ns.propagation(path, change);

      expect(path).toHavePropagation(after);
      const { peerGroup, master } = mountAt(ns, path);
      if (after === 'slave' || after === 'slave+shared') expect(master).toBe(old.master ?? old.peerGroup);
      if (old.peerGroup !== undefined && after.endsWith('shared')) expect(peerGroup).toBe(old.peerGroup);

      const clone = await cloneNamespace();
      const isReceived = ties !== 'none';
      ns.tmpfs(`${other}/x`);
      expect(`${other}/x`).toBeMountPoint();
      if (isReceived) expect(`${path}/x`).toBeMountPoint();
      else expect(`${path}/x`).not.toBeMountPoint();
      expect(clone.mounts().at(`${path}/x`) !== undefined).toBe(isReceived);

      ns.tmpfs(`${path}/y`);
      if (ties === 'both ways') expect(`${other}/y`).toBeMountPoint();
      else expect(`${other}/y`).not.toBeMountPoint();
      // The clone's copy of a shared mount is its peer; of a slave, another slave of the same master.
      expect(clone.mounts().at(`${path}/y`) !== undefined).toBe(after.endsWith('shared'));
    }),
  );

  test('a shared mount that is alone in its group has no master to get: make-slave makes it private', () =>
    inScope((ns, dir) => {
      ns.tmpfs(`${dir}/m`);
      ns.propagation(`${dir}/m`, 'shared');
      expect(`${dir}/m`).toHavePropagation('shared');
      ns.propagation(`${dir}/m`, 'slave');
      expect(`${dir}/m`).toHavePropagation('private');
      expect(mountAt(ns, `${dir}/m`).master).toBeUndefined();
    }));
});
