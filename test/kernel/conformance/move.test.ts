import { describe, expect } from 'mountns/vitest';
import { test } from 'vitest';
import { errorOf } from '../errors/error-of.js';
import { ATTACHED, cloneNamespace, expectCopies, inScope, mountAt, mountViews } from './views.js';

// mount_namespaces(7), "Move (MS_MOVE) semantics".
const TABLE: typeof ATTACHED = [
  ...ATTACHED,
  ['private', 'unbindable', 'unbindable'],
  ['slave', 'unbindable', 'unbindable'],
];

describe('a move', () => {
  test.each(TABLE)('onto a %s mount, of a %s one: %s', (onto, source, after) =>
    inScope(async (ns, dir) => {
      const views = mountViews(ns, `${dir}/onto`, onto);
      const parent = views.path;
      const { path: from } = mountViews(ns, `${dir}/from`, source);
      const original = mountAt(ns, from);
      const clone = await cloneNamespace();
      ns.move(from, `${parent}/x`);

      expect(from).not.toBeMountPoint();
      expect(`${parent}/x`).toHavePropagation(after);
      const moved = mountAt(ns, `${parent}/x`);
      expect(moved).toMatchObject({
        id: original.id,
        master: original.master,
        device: original.device,
      });
      if (source === 'shared') expect(moved.peerGroup).toBe(original.peerGroup);
      // What it was moved from is private: there it stays for others.
      expect(clone.mounts().at(from)).toBeDefined();
      expectCopies(ns, onto, { ...views, clone });
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
