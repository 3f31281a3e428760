import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

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

function judgeAt(path: string | undefined, inside: string, host: string, before = host) {
  const [mounts, now, atEntry] = [inside, host, before].map((text) => new MountTable(text));
  const ns = {
    id: 1,
    mounts: () => mounts,
    host: { id: 2, mounts: () => now, mountsAtEntry: () => atEntry },
  };
  return toBeIsolatedFromHost.call({ equals: Object.is }, ns, path);
}

const line = (index: number, fields: string) => `${index} 1 0:50 / /${index} rw ${fields} - tmpfs t rw\n`;

test('takes for certain what propagate_from shows, behind a group that only a third namespace has', () => {
  const inside = line(3, 'shared:1') + line(4, 'master:2 propagate_from:1');
  const { message } = judgeAt('/4', inside, line(6, 'shared:1'));
  expect(message()).toContain('Broken:   it is a slave of peer group 1 of the host\n');
});

test('names the peer groups on the way', () => {
  const inside = line(3, 'shared:3 master:2') + line(4, 'shared:4 master:3') + line(5, 'master:4');
  const { message } = judgeAt('/5', inside, line(6, 'shared:1') + line(7, 'shared:2 master:1'));
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
  const { pass, message } = judgeAt('/3', mount(3, root), line(6, '') + mount(7, shown), line(6, ''));
  expect(pass).toBe(false);
  expect(message()).toContain(
    'Broken:   the host sees it too, on a file system that it did not have at entry\n',
  );
});

test('a mount of the host’s file system is the host’s own at the place that it has it at, with the same root', () => {
  const mount = (id: number, device: string, root: string) =>
    `${id} 1 ${device} ${root} /a rw - tmpfs t rw\n`;
  const before = mount(6, '0:60', '/');
  const host = before + mount(7, '0:61', '/');
  expect(judgeAt('/a', mount(3, '0:60', '/'), host, before).pass).toBe(true);
  const { pass, message } = judgeAt('/a', mount(3, '0:60', '/sub'), host, before);
  expect(pass).toBe(false);
  expect(message()).toContain('Broken:   the host has a mount there that was not there at entry\n');
});

describe('with a peer group that only a third namespace has', () => {
  test('fails for what gets mounts from it, be it from a slave of it', () => {
    const inside = line(3, 'shared:2 master:9') + line(4, 'master:2');
    for (const path of ['/3', '/4']) {
      const { pass, message } = judgeAt(path, inside, line(6, 'shared:1'));
      expect(pass).toBe(false);
      expect(message()).toContain(
        'Broken:   it is a slave of peer group 9, and no mount of that is in either',
      );
    }
  });

  test('passes for that where the host has nothing in a group that it could get mounts from', () => {
    expect(judgeAt('/3', line(3, 'master:9'), line(6, '')).pass).toBe(true);
  });

  test('tells of what is certain, if that is another mount', () => {
    const inside = line(3, 'master:9') + line(4, 'shared:1');
    const { message } = judgeAt(undefined, inside, line(6, 'shared:1'));
    expect(message()).toContain('Broken:   it is in peer group 1 with a mount of the host\n');
  });

  test('fails for what a mount of the host may get mounts from through it, if that became a slave since', () => {
    const { pass, message } = judgeAt('/3', line(3, 'shared:1'), line(6, 'master:9'), line(6, ''));
    expect(pass).toBe(false);
    expect(message()).toContain('Broken:   a mount of the host is a slave of peer group 9, and no mount of');
    expect(judgeAt('/3', line(3, 'shared:1 master:8'), line(6, 'master:9'), line(6, '')).pass).toBe(false);
    expect(judgeAt('/3', line(3, 'shared:1'), line(6, 'master:9')).pass).toBe(true);
  });

  test('passes for what is in no group, whatever the mounts of the host are slaves of', () => {
    expect(judgeAt('/3', line(3, ''), line(6, 'master:9'), line(6, '')).pass).toBe(true);
  });
});
