import fs from 'node:fs';
import { describe, expect } from 'mountns/vitest';
import { test } from 'vitest';
import { errorOf } from '../errors/error-of.js';
import { ATTACHED, cloneNamespace, expectCopies, inScope, mountAt, mountViews } from './views.js';

describe('a bind', () => {
  // mount_namespaces(7), "Bind (MS_BIND) semantics".
  test.each(ATTACHED)('onto a %s mount, of a %s one: %s', (onto, source, after) =>
    inScope(async (ns, dir) => {
      const views = mountViews(ns, `${dir}/onto`, onto);
      const parent = views.path;
      const { path: from } = mountViews(ns, `${dir}/from`, source);
      const clone = await cloneNamespace();
      ns.bind(from, `${parent}/x`);

      expect(`${parent}/x`).toHavePropagation(after);
      expect(from).toHavePropagation(source);
      const [original, copy] = [mountAt(ns, from), mountAt(ns, `${parent}/x`)];
      expect(copy).toMatchObject({ master: original.master, device: original.device });
      if (source === 'shared') expect(copy.peerGroup).toBe(original.peerGroup);
      expectCopies(ns, onto, { ...views, clone });
    }),
  );

  test.each(['shared', 'private', 'slave'] as const)(
    'onto a %s mount, of an unbindable one: EINVAL',
    (onto) =>
      inScope(async (ns, dir) => {
        const { path: parent } = mountViews(ns, `${dir}/onto`, onto);
        const { path: from } = mountViews(ns, `${dir}/from`, 'unbindable');
        const before = String(ns.mounts());
        expect(errorOf(() => ns.bind(from, `${parent}/x`))).toMatchObject({
          code: 'EINVAL',
          why: expect.stringMatching(
            `^the source lies on an unbindable mount: .* on ${from} .*, unbindable$`,
          ),
          fix: `make it private: ns.propagation('${from}', 'private')`,
        });
        expect(String(ns.mounts())).toBe(before);
        ns.propagation(from, 'private');
        ns.bind(from, `${parent}/x`);
        expect(`${parent}/x`).toHavePropagation(onto === 'shared' ? 'shared' : 'private');
      }),
  );

  test('that is recursive leaves out unbindable mounts and what is below them', () =>
    inScope((ns, dir) => {
      ns.tmpfs(`${dir}/from`);
      ns.tmpfs(`${dir}/from/private`);
      ns.tmpfs(`${dir}/from/private/below`);
      ns.tmpfs(`${dir}/from/unbindable`);
      ns.tmpfs(`${dir}/from/unbindable/below`);
      ns.propagation(`${dir}/from/unbindable`, 'unbindable');
      ns.bind(`${dir}/from`, `${dir}/to`, { recursive: true });
      const copied = ns.mounts().under(`${dir}/to`);
      expect(copied.map(({ mountPoint }) => mountPoint.slice(dir.length))).toEqual([
        '/to/private',
        '/to/private/below',
      ]);
      expect(fs.readdirSync(`${dir}/to/unbindable`)).toEqual([]);
      expect(`${dir}/from/unbindable`).toHavePropagation('unbindable');
    }));
});

describe('a new file system counts as a private source', () => {
  test.each([
    ['shared', 'shared'],
    ['private', 'private'],
    ['slave', 'private'],
    ['slave+shared', 'shared'],
    ['unbindable', 'private'],
  ] as const)('mounted on a %s mount: %s', (onto, after) =>
    inScope(async (ns, dir) => {
      const { path: parent } = mountViews(ns, `${dir}/onto`, onto);
      const clone = await cloneNamespace();
      ns.tmpfs(`${parent}/x`);
      expect(`${parent}/x`).toHavePropagation(after);
      expect(clone.mounts().at(`${parent}/x`)?.propagation).toBe(after === 'shared' ? 'shared' : undefined);
    }),
  );
});
