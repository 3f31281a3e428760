import fs from 'node:fs';
import { withMountNamespace } from 'mountns';
import { describe, expect } from 'mountns/vitest';
import { operationTest } from '../operations/operation-test.js';
import { withoutCapability } from './capabilities.js';
import { errorOf } from './error-of.js';
import { runFixture } from './run-fixture.js';

const CAP_DAC_OVERRIDE = 1;

describe('EINVAL of an overlay', () => {
  operationTest('names the overlay that takes no other on top', ['a/sub/', 'b/'], (ns, dir) => {
    ns.overlay(`${dir}/a`);
    ns.overlay(`${dir}/a`);
    const why = new RegExp(
      `lies on overlay on ${dir}/a type overlay \\(.*\\), private, and the kernel stacks two overlays at most$`,
    );
    const fix = 'use a directory that exists on another file system; in a container, put it on a volume';
    for (const operation of [
      () => ns.overlay(`${dir}/a/sub`),
      () => ns.induce('ENOSPC', `${dir}/a/sub`),
      () => ns.overlay(`${dir}/b`, { lower: ['/etc', `${dir}/a/sub`] }),
    ]) {
      expect(errorOf(operation)).toMatchObject({ code: 'EINVAL', fix, why: expect.stringMatching(why) });
    }
    expect(errorOf(() => ns.overlay(`${dir}/b`, { lower: ['/etc', `${dir}/a/sub`] })).why).toMatch(
      `lower[1] ${dir}/a/sub lies on `,
    );
  });

  operationTest('names the layer of this package', ['o/sub/', 'o/before/', 'o/sub/file'], async (ns, dir) => {
    // Here the host of the fixture, as one in a container, has an overlay already.
    ns.overlay(`${dir}/o`);
    const errors = await runFixture('stacked.mjs', [`${dir}/o`]);
    const own = 'a layer of mountns itself, for a mount point that was missing or for copy-on-write';
    const stacked = {
      code: 'EINVAL',
      why: expect.stringMatching(
        `lies on mountns on ${dir}/o type overlay .*, and the kernel stacks two overlays at most; this one is ${own}$`,
      ),
      fix: 'do this before anything is mounted at a place that is missing, or make that directory beforehand',
    };
    expect(errors).toMatchObject([
      stacked,
      stacked,
      stacked,
      {
        code: 'EINVAL',
        why: `${dir}/o is on an overlay that takes no other on top of it: the kernel stacks two at most, and this one is ${own}`,
        fix: 'begin the copy-on-write scope before anything is mounted at a place that is missing',
      },
    ]);
  });

  operationTest('names a file system that overlay takes nothing of', ['a/'], (ns, dir) => {
    expect(errorOf(() => ns.overlay('/proc')).why).toMatch(
      /^\/proc lies on proc on \/proc type proc \(.*\), .*and overlay takes nothing of proc$/,
    );
    expect(errorOf(() => ns.overlay(`${dir}/a`, { lower: ['/etc', '/proc/self'] })).why).toMatch(
      /^lower\[1\] \/proc\/self lies on proc/,
    );
  });

  operationTest('of raw options points to the operation that explains', ['a/'], (ns, dir) => {
    expect(
      errorOf(() => ns.mount({ target: `${dir}/a`, type: 'overlay', data: 'lowerdir=/proc' })),
    ).toMatchObject({
      code: 'EINVAL',
      fix: 'use ns.overlay(), whose errors say which directory is at fault',
    });
    expect(
      errorOf(() => ns.mount({ target: `${dir}/a`, type: 'overlay', data: 'lowerdir=/etc,sise=1' })).why,
    ).toBe("the kernel says: overlay: Unknown parameter 'sise'");
  });
});

describe('lower directories', () => {
  operationTest('may be more than one option of the kernel takes', ['a/'], (ns, dir) => {
    const lower = makeMany(ns, dir, 501);
    ns.overlay(`${dir}/a`, { lower: lower.slice(0, 500) });
    expect(fs.readdirSync(`${dir}/a`)).toHaveLength(500);
    expect(fs.readFileSync(`${dir}/a/f499`, 'utf8')).toBe('499');
    ns.umount(`${dir}/a`);
    expect(errorOf(() => ns.overlay(`${dir}/a`, { lower })).why).toBe(
      'the kernel says: overlay: too many lower directories, limit is 500',
    );
  });

  operationTest('that overlap are named', ['a/', 'b/c/', 'other/', 'u/', 'w/'], (ns, dir) => {
    const fix = 'name each directory once, and none that lies in another';
    const fail = (...lower: string[]) => errorOf(() => ns.overlay(`${dir}/a`, { lower }));
    expect(fail('/etc', `${dir}/b`, '/etc')).toMatchObject({
      code: 'ELOOP',
      why: 'lower[2] /etc is the same directory as lower[0] /etc',
      fix,
    });
    ns.bind(`${dir}/b`, `${dir}/other`);
    expect(fail(`${dir}/b`, `${dir}/other`).why).toBe(
      `lower[1] ${dir}/other is the same directory as lower[0] ${dir}/b`,
    );
    for (const lower of [
      [`${dir}/b`, `${dir}/b/c`],
      [`${dir}/b/c`, `${dir}/b`],
    ]) {
      const [inner, outer] = [`${dir}/b/c`, `${dir}/b`].map(
        (path) => `lower[${lower.indexOf(path)}] ${path}`,
      );
      expect(fail(...lower).why).toBe(`${inner} lies in ${outer}`);
    }
    const upper = { upper: `${dir}/u`, work: `${dir}/w` };
    expect(errorOf(() => ns.overlay(`${dir}/a`, { lower: `${dir}/u`, ...upper })).why).toBe(
      `upper ${dir}/u is the same directory as lower ${dir}/u`,
    );
  });

  function makeMany(ns: { tmpfs(path: string): void }, dir: string, count: number): string[] {
    ns.tmpfs(`${dir}/many`);
    return Array.from({ length: count }, (_, index) => {
      fs.mkdirSync(`${dir}/many/${index}`);
      fs.writeFileSync(`${dir}/many/${index}/f${index}`, String(index));
      return `${dir}/many/${index}`;
    });
  }
});

describe('EACCES of an overlay', () => {
  operationTest('names the capability that it takes', ['a/'], async (ns, dir) => {
    const why =
      /^this process lacks CAP_DAC_OVERRIDE \(CapEff [0-9a-f]{16}\), and overlay works in a directory of mode 0$/;
    const denied = { code: 'EACCES', why: expect.stringMatching(why), fix: expect.any(String) };
    withoutCapability(CAP_DAC_OVERRIDE, () => {
      expect(errorOf(() => ns.tmpfs(`${dir}/missing`))).toMatchObject(denied);
      expect(errorOf(() => ns.overlay(`${dir}/a`))).toMatchObject(denied);
    });
  });

  operationTest('does so of a copy-on-write scope too', ['a/'], async (_, dir) => {
    const error = await withoutCapability(CAP_DAC_OVERRIDE, () =>
      withMountNamespace({ copyOnWrite: [`${dir}/a`] }, () => {}).catch((error) => error),
    );
    expect(error).toMatchObject({ code: 'EACCES', why: expect.stringContaining('lacks CAP_DAC_OVERRIDE') });
  });
});

describe('a root that lies in no mount tree', () => {
  operationTest('is what every operation names', ['d/'], (ns, dir) => {
    ns.umount('/', { lazy: true });
    for (const operation of [
      () => ns.readonly(`${dir}/d`),
      () => ns.bind(`${dir}/d`, `${dir}/d`),
      () => ns.tmpfs(`${dir}/d`),
      () => ns.tmpfs(`${dir}/missing`),
      () => ns.overlay(`${dir}/d`),
      () => ns.propagation('/', 'shared'),
      () => ns.umount('/', { lazy: true }),
      () => ns.pivotRoot(`${dir}/d`),
    ]) {
      expect(errorOf(operation)).toMatchObject({
        why: 'the root of this process lies in no mount tree any more, so nothing can be mounted in it',
        fix: 'do this before the lazy umount of /, or use ns.pivotRoot(newRoot) instead of that',
      });
    }
  });

  operationTest('is what every scope names', ['d/'], async (ns, dir) => {
    ns.umount('/', { lazy: true });
    for (const copyOnWrite of [false, true, [`${dir}/d`]]) {
      const error = await withMountNamespace({ copyOnWrite }, () => {}).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({
        name: 'NamespaceError',
        why: 'the root of this process lies in no mount tree any more, so nothing can be mounted in it',
        fix: 'do this before the lazy umount of /, or use ns.pivotRoot(newRoot) instead of that',
      });
    }
  });
});
