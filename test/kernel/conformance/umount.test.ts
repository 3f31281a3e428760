import fs from 'node:fs';
import { describe, expect } from 'mountns/vitest';
import { test } from 'vitest';
import { errorOf } from '../errors/error-of.js';
import { cloneNamespace, inScope, mountViews } from './views.js';

describe('umount of a mount with mounts below it', () => {
  test('is EBUSY, and everything stays', () =>
    inScope((ns, dir) => {
      ns.tmpfs(`${dir}/m`);
      ns.tmpfs(`${dir}/m/below`);
      const before = String(ns.mounts());
      expect(errorOf(() => ns.umount(`${dir}/m`))).toMatchObject({
        code: 'EBUSY',
        why: expect.stringMatching(`^other mounts lie on it:\ntmpfs on ${dir}/m/below `),
        fix: expect.stringContaining('lazy: true'),
      });
      expect(String(ns.mounts())).toBe(before);
      ns.umount(`${dir}/m/below`);
      ns.umount(`${dir}/m`);
      expect(ns.mounts().under(dir)).toEqual([]);
    }));

  test('takes them along when it is lazy, for the peers too', () =>
    inScope(async (ns, dir) => {
      const { path, other } = mountViews(ns, `${dir}/m`, 'shared');
      ns.tmpfs(`${path}/x`);
      fs.mkdirSync(`${path}/x/below`);
      ns.tmpfs(`${path}/x/below`);
      const clone = await cloneNamespace();
      ns.umount(`${path}/x`, { lazy: true });
      for (const table of [ns.mounts(), clone.mounts()]) {
        for (const view of [path, other]) expect(table.under(view)).toEqual([]);
      }
    }));
});

describe('a peer copy with a mount of its own below stays, the other copies go', () => {
  test.each(['in one namespace', 'in two namespaces'])('%s', (where) =>
    inScope(async (ns, dir) => {
      const { path, other } = mountViews(ns, `${dir}/m`, 'shared');
      ns.bind(path, `${dir}/third`);
      ns.tmpfs(`${path}/x`);
      fs.mkdirSync(`${path}/x/own`);
      const clone = await cloneNamespace();
      const has = (at: string) => ns.mounts().at(at) !== undefined;
      const isCloned = (at: string) => clone.mounts().at(at) !== undefined;
      expect([`${path}/x`, `${other}/x`, `${dir}/third/x`].map(has)).toEqual([true, true, true]);
      expect(isCloned(`${path}/x`)).toBe(true);

      if (where === 'in one namespace') {
        ns.propagation(`${other}/x`, 'private');
        ns.tmpfs(`${other}/x/own`);
      } else {
        clone.run('mount', '--make-private', `${other}/x`);
        clone.run('mount', '-t', 'tmpfs', 'tmpfs', `${other}/x/own`);
      }
      ns.umount(`${path}/x`);
      const isHere = where === 'in one namespace';
      expect([`${path}/x`, `${other}/x`, `${dir}/third/x`].map(has)).toEqual([false, isHere, false]);
      expect([`${path}/x`, `${other}/x`, `${dir}/third/x`].map(isCloned)).toEqual([false, !isHere, false]);
      expect([has(`${other}/x/own`), isCloned(`${other}/x/own`)]).toEqual([isHere, !isHere]);
    }),
  );
});
