import type { Propagation } from 'mountns';
import { describe, expect } from 'mountns/vitest';
import { test } from 'vitest';
import { errorOf } from '../errors/error-of.js';
import { cloneNamespace, inScope, mountAt, mountViews } from './views.js';

type Onto = 'shared' | 'private' | 'slave';

// mount_namespaces(7), "Move (MS_MOVE) semantics": "not shared" is private or a slave.
const TABLE: readonly [onto: Onto, source: Propagation, after: Propagation][] = [
  ['shared', 'shared', 'shared'],
  ['shared', 'private', 'shared'],
  ['shared', 'slave', 'slave+shared'],
  ['private', 'shared', 'shared'],
  ['private', 'private', 'private'],
  ['private', 'slave', 'slave'],
  ['private', 'unbindable', 'unbindable'],
  ['slave', 'shared', 'shared'],
  ['slave', 'private', 'private'],
  ['slave', 'slave', 'slave'],
  ['slave', 'unbindable', 'unbindable'],
];

describe('a move', () => {
  test.each(TABLE)('onto a %s mount, of a %s one: %s', (onto, source, after) =>
    inScope(async (ns, dir) => {
      const { path: parent, other } = mountViews(ns, `${dir}/onto`, onto);
      const { path: from } = mountViews(ns, `${dir}/from`, source);
      const original = mountAt(ns, from);
      const clone = await cloneNamespace();
      ns.move(from, `${parent}/x`);

      expect(from).not.toBeMountPoint();
      expect(`${parent}/x`).toHavePropagation(after);
      const moved = mountAt(ns, `${parent}/x`);
      expect(moved).toMatchObject({ id: original.id, master: original.master });
      if (source === 'shared') expect(moved.peerGroup).toBe(original.peerGroup);
      // What it was moved from is private: there it stays for others.
      expect(clone.mounts().at(from)).toBeDefined();
      if (onto !== 'shared') {
        expect(`${other}/x`).not.toBeMountPoint();
        expect(clone.mounts().at(`${parent}/x`)).toBeUndefined();
        return;
      }
      for (const copy of [ns.mounts().at(`${other}/x`), clone.mounts().at(`${parent}/x`)]) {
        expect(copy).toMatchObject({
          propagation: after,
          peerGroup: moved.peerGroup,
          device: original.device,
        });
      }
    }),
  );

  test('onto a shared mount, of an unbindable one: EINVAL', () =>
    inScope((ns, dir) => {
      const { path: parent } = mountViews(ns, `${dir}/onto`, 'shared');
      const { path: from } = mountViews(ns, `${dir}/from`, 'unbindable');
      const before = String(ns.mounts());
      const error = errorOf(() => ns.move(from, `${parent}/x`));
      expect(error).toMatchObject({
        code: 'EINVAL',
        fix: `make it private: ns.propagation('${from}', 'private')`,
      });
      const [first, unbindable, shared] = (error.why as string).split('\n');
      expect(first).toBe("an unbindable mount can't go to a shared one:");
      expect(unbindable).toMatch(new RegExp(` on ${from} .*, unbindable$`));
      expect(shared).toMatch(new RegExp(` on ${parent} .*, shared:\\d+$`));
      expect(String(ns.mounts())).toBe(before);
    }));

  test.each(['shared', 'slave+shared'] as const)('of what is mounted on a %s mount: EINVAL', (kind) =>
    inScope((ns, dir) => {
      const { path: parent } = mountViews(ns, `${dir}/parent`, kind);
      ns.tmpfs(`${parent}/x`);
      ns.propagation(`${parent}/x`, 'private');
      const before = String(ns.mounts());
      expect(errorOf(() => ns.move(`${parent}/x`, `${dir}/to`))).toMatchObject({
        code: 'EINVAL',
        why: expect.stringMatching(`^the mount that ${parent}/x is mounted on is shared: .* on ${parent} `),
        fix: `make it private: ns.propagation('${parent}', 'private')`,
      });
      expect(String(ns.mounts())).toBe(before);
      ns.propagation(parent, 'private');
      ns.move(`${parent}/x`, `${dir}/to`);
      expect(`${dir}/to`).toBeMountPoint();
    }),
  );
});
