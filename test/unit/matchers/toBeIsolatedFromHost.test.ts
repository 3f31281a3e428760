import fc from 'fast-check';
import { expect, test } from 'vitest';

import { toBeIsolatedFromHost } from '../../../matchers/toBeIsolatedFromHost.js';
import { MountTable } from '../../../src/mounts/mount-table.js';

type Space = 'inside' | 'host' | 'third';
/** A mount of a group, or a slave of it that is in no group itself. */
interface Tied {
  space: Space;
  group: number;
  isPeer: boolean;
}

/** Peer groups, each with its master: an earlier one, or none. Every group has a peer. */
interface Forest {
  masters: (number | undefined)[];
  mounts: Tied[];
}

function forestIn(...spaces: Space[]): fc.Arbitrary<Forest> {
  const space = fc.constantFrom(...spaces);
  return fc.integer({ min: 1, max: 5 }).chain((size) =>
    fc.record({
      masters: fc.tuple(
        ...Array.from({ length: size }, (_, group) =>
          fc.option(fc.nat({ max: Math.max(0, group - 1) }), { nil: undefined }).map((master) => {
            return group === 0 ? undefined : master;
          }),
        ),
      ),
      mounts: fc
        .tuple(
          fc.tuple(...Array.from({ length: size }, () => space)),
          fc.array(fc.record({ space, group: fc.nat({ max: size - 1 }), isPeer: fc.boolean() })),
        )
        .map(([peers, others]) => [
          ...peers.map((where, group) => ({ space: where, group, isPeer: true })),
          ...others,
        ]),
    }),
  );
}

/** The groups that a mount gets mounts from: its own and all masters above. */
function sourcesOf({ group }: Tied, { masters }: Forest): number[] {
  const sources: number[] = [];
  for (let at: number | undefined = group; at !== undefined; at = masters[at]) sources.push(at);
  return sources;
}

function isTied(one: Tied, other: Tied, forest: Forest): boolean {
  const feeds = (from: Tied, to: Tied) => from.isPeer && sourcesOf(to, forest).includes(from.group);
  return feeds(one, other) || feeds(other, one);
}

/** The table of a namespace as show_mountinfo() of fs/proc_namespace.c prints it. */
function tableOf(space: Space, forest: Forest, isPrivate = (_: Tied) => false): MountTable {
  const lines = forest.mounts.map((mount, index) => {
    if (mount.space !== space) return '';
    const [master, ...above] = mount.isPeer ? sourcesOf(mount, forest).slice(1) : sourcesOf(mount, forest);
    const hasPeerHere = (group: number) =>
      forest.mounts.some((other) => other.space === space && other.isPeer && other.group === group);
    const fields = mount.isPeer ? [`shared:${mount.group + 1}`] : [];
    if (master !== undefined) {
      fields.push(`master:${master + 1}`);
      const from = [master, ...above].find(hasPeerHere);
      if (from !== undefined && from !== master) fields.push(`propagate_from:${from + 1}`);
    }
    const shown = isPrivate(mount) ? '' : fields.join(' ');
    return `${index + 10} 1 0:50 / /${index} rw ${shown} - tmpfs tmpfs rw\n`;
  });
  return new MountTable(`1 0 254:0 / / rw - ext4 /dev/sda1 rw\n${lines.join('')}`);
}

/** At entry all was private inside: what gets mounts from there has come to be a slave since. */
function hostAtEntry(forest: Forest): MountTable {
  const groupsInside = forest.mounts
    .filter(({ space, isPeer }) => space === 'inside' && isPeer)
    .map(({ group }) => group);
  return tableOf('host', forest, (mount) =>
    sourcesOf(mount, forest).some((group) => groupsInside.includes(group)),
  );
}

function judge(index: number, forest: Forest): boolean {
  const atEntry = hostAtEntry(forest);
  const ns = {
    id: 1,
    mounts: () => tableOf('inside', forest),
    host: { id: 2, mounts: () => tableOf('host', forest), mountsAtEntry: () => atEntry },
  };
  return toBeIsolatedFromHost.call({ equals: Object.is }, ns, `/${index}`).pass;
}

function forAllInside(
  forests: fc.Arbitrary<Forest>,
  check: (pass: boolean, isTiedToHost: boolean) => void,
): void {
  fc.assert(
    fc.property(forests, (forest) => {
      for (const [index, mount] of forest.mounts.entries()) {
        if (mount.space !== 'inside') continue;
        const others = forest.mounts.filter(({ space }) => space === 'host');
        check(
          judge(index, forest),
          others.some((other) => isTied(mount, other, forest)),
        );
      }
    }),
  );
}

test('passes for exactly those mounts that are not tied to the host, where all peer groups are seen', () => {
  forAllInside(forestIn('inside', 'host'), (pass, isTiedToHost) => expect(pass).toBe(!isTiedToHost));
});

test('passes for no mount that is tied to the host, whatever a third namespace has', () => {
  forAllInside(forestIn('inside', 'host', 'third'), (pass, isTiedToHost) => {
    if (isTiedToHost) expect(pass).toBe(false);
  });
});

const line = (index: number, fields: string) => `${index} 1 0:50 / /${index} rw ${fields} - tmpfs t rw\n`;

test('takes for certain what propagate_from shows, behind a group that only a third namespace has', () => {
  const inside = new MountTable(line(3, 'shared:1') + line(4, 'master:2 propagate_from:1'));
  const host = new MountTable(line(6, 'shared:1'));
  const ns = { id: 1, mounts: () => inside, host: { id: 2, mounts: () => host, mountsAtEntry: () => host } };
  const { message } = toBeIsolatedFromHost.call({ equals: Object.is }, ns, '/4');
  expect(message()).toContain('Broken:   it is a slave of peer group 1 of the host\n');
});

test('names the peer groups on the way', () => {
  const inside = new MountTable(
    line(3, 'shared:3 master:2') + line(4, 'shared:4 master:3') + line(5, 'master:4'),
  );
  const host = new MountTable(line(6, 'shared:1') + line(7, 'shared:2 master:1'));
  const ns = { id: 1, mounts: () => inside, host: { id: 2, mounts: () => host, mountsAtEntry: () => host } };
  const { message } = toBeIsolatedFromHost.call({ equals: Object.is }, ns, '/5');
  expect(message()).toMatchInlineSnapshot(`
    "expect(ns).toBeIsolatedFromHost(path)

    Expected /5 to be isolated from the host
    Broken:   it is a slave of peer group 4, a slave of peer group 3, a slave of peer group 2 of the host
    Inside:   t on /5 type tmpfs (rw), slave:4
    Through:  t on /4 type tmpfs (rw), slave:3+shared:4
              t on /3 type tmpfs (rw), slave:2+shared:3
    Host:     t on /7 type tmpfs (rw), slave:1+shared:2
    Seen in:  mnt:[1], 3 mounts; the host is mnt:[2]"
  `);
});

test.each([
  ['a part of it', '/', '/sub'],
  ['all of which it is a part', '/sub', '/'],
])('fails when the host has mounted %s', (_, root, shown) => {
  const mount = (id: number, from: string) => `${id} 1 0:60 ${from} /${id} rw - tmpfs t rw\n`;
  const inside = new MountTable(mount(3, root));
  const before = new MountTable(line(6, ''));
  const host = new MountTable(line(6, '') + mount(7, shown));
  const ns = {
    id: 1,
    mounts: () => inside,
    host: { id: 2, mounts: () => host, mountsAtEntry: () => before },
  };
  const { pass, message } = toBeIsolatedFromHost.call({ equals: Object.is }, ns, '/3');
  expect(pass).toBe(false);
  expect(message()).toContain(
    'Broken:   the host sees it too, on a file system that it did not have at entry\n',
  );
});
