import fs from 'node:fs';
import { type MountNamespace, parseMountInfo, readMounts, withMountNamespace } from 'mountns';
import { describe, expect, test } from 'mountns/vitest';
import { temporaryDirectory } from '../../temporary-directory.js';

const COUNT = 1_000;

/** Runs `use` in a scope with 1,000 mounts, half of them below others, each with its number in a file. */
async function withManyMounts(
  use: (inside: { ns: MountNamespace; directory: string; points: readonly string[] }) => unknown,
): Promise<void> {
  const directory = temporaryDirectory();
  const before = fs.readFileSync('/proc/self/mountinfo', 'utf8');
  await withMountNamespace(async (ns) => {
    ns.tmpfs(directory, { size: '4m' });
    const points = Array.from({ length: COUNT }, (_, index) => {
      const parent = index % 2 === 1 ? `${directory}/${index - 1}` : directory;
      return `${parent}/${index}`;
    });
    for (const [index, point] of points.entries()) {
      fs.mkdirSync(point);
      ns.tmpfs(point, { size: '64k' });
      fs.writeFileSync(`${point}/number`, String(index));
    }
    await use({ ns, directory, points });
  });
  expect(fs.readFileSync('/proc/self/mountinfo', 'utf8')).toBe(before);
  expect(fs.readdirSync(directory)).toEqual([]);
}

const numbersIn = (points: readonly string[]) =>
  points.map((point) => Number(fs.readFileSync(`${point}/number`, 'utf8')));
const all = Array.from({ length: COUNT }, (_, index) => index);

describe('with 1,000 mounts', () => {
  test('the table is read as a whole', () =>
    withManyMounts(({ ns, directory, points }) => {
      const table = ns.mounts();
      expect(
        table
          .under(directory)
          .map(({ mountPoint }) => mountPoint)
          .sort(),
      ).toEqual(points.toSorted());
      expect(points.map((point) => table.at(point)?.mountPoint)).toEqual(points);
      expect(points.map((point) => table.containing(`${point}/number`)?.mountPoint)).toEqual(points);
      expect(readMounts('self').diff(table)).toEqual({ added: [], removed: [], changed: [] });
      expect([...table]).toEqual(parseMountInfo(fs.readFileSync('/proc/self/mountinfo')));
      expect(
        String(table)
          .split('\n')
          .filter((line) => line.includes(`${directory}/`)),
      ).toHaveLength(COUNT);
    }));

  test('the matchers see each of them', () =>
    withManyMounts(async ({ ns, directory, points }) => {
      expect(ns).toBeIsolatedFromHost();
      const last = points.at(-1) as string;
      expect(last).toBeMountPoint({ type: 'tmpfs', options: ['size=64k'] });
      expect(ns).toHaveMount(last, { type: 'tmpfs' });
      expect(`${last}/number`).not.toBeMountPoint();
      expect(ns).toBeIsolatedFromHost(last);
      await expect(() => ns.umount(last)).not.toLeaveMountsUnchanged();
      expect(ns.mounts().under(directory)).toHaveLength(COUNT - 1);
    }));

  test('a scope takes all of them along, and gives them back', () =>
    withManyMounts(async ({ ns, directory, points }) => {
      const before = String(ns.mounts());
      await withMountNamespace((inner) => {
        expect(numbersIn(points)).toEqual(all);
        inner.umount(directory, { lazy: true });
        expect(fs.readdirSync(directory)).toEqual([]);
      });
      expect(numbersIn(points)).toEqual(all);
      expect(String(ns.mounts())).toBe(before);
    }));

  test.each([
    { what: 'everything', isAll: true },
    { what: 'the directory that they are in', isAll: false },
  ])('a scope with $what copy-on-write protects each of them', ({ isAll }) =>
    withManyMounts(async ({ ns, directory, points }) => {
      const before = String(ns.mounts());
      await withMountNamespace({ copyOnWrite: isAll ? true : [directory] }, (inner) => {
        expect(numbersIn(points)).toEqual(all);
        for (const point of points) fs.writeFileSync(`${point}/number`, 'x');
        fs.rmSync(`${points[0]}/number`);
        const { created, modified, deleted } = inner.changes();
        expect({ created, deleted }).toEqual({ created: [], deleted: [`${points[0]}/number`] });
        expect(modified).toHaveLength(COUNT - 1);
      });
      expect(numbersIn(points)).toEqual(all);
      expect(String(ns.mounts())).toBe(before);
    }),
  );
});
