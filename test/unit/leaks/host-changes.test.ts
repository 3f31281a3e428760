import { describe, expect, test } from 'vitest';

import { findHostChanges, findTie, isRemounted } from '../../../src/leaks/host-changes.js';
import { parseMountInfo } from '../../../src/mounts/parse-mount-info.js';

const HOST = `
21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
22 21 0:20 / /proc rw shared:2 - proc proc rw
23 21 0:30 / /tmp rw shared:3 - tmpfs tmpfs rw,size=1k
24 21 0:30 /sub /srv rw shared:4 - tmpfs tmpfs rw,size=1k
`.trimStart();

const parse = (...lines: string[]) => parseMountInfo(lines.join('\n'));
const line = (text: string) => parse(text)[0] as NonNullable<ReturnType<typeof parse>[0]>;
const changes = (after: string) => findHostChanges(parse(HOST), parse(after));

describe('findHostChanges', () => {
  test('finds nothing in equal tables, nor when a mount has gone', () => {
    expect(changes(HOST)).toEqual({ mounts: [], superblocks: [] });
    expect(changes(HOST.replace(/^24.*\n/m, ''))).toEqual({ mounts: [], superblocks: [] });
  });

  test.each([
    ['of another device', '24 21 0:31 /sub /srv rw shared:5 - tmpfs tmpfs rw'],
    ['of another directory', '24 21 0:30 /other /srv rw shared:4 - tmpfs tmpfs rw,size=1k'],
    ['at another place', '24 21 0:30 /sub /opt rw shared:4 - tmpfs tmpfs rw,size=1k'],
  ])('finds what was mounted, also when the id was used before for one %s', (_, fresh) => {
    expect(changes(HOST.replace(/^24.*$/m, fresh))).toEqual({ mounts: parse(fresh), superblocks: [] });
  });

  test('finds a mount that looks like the one that it covers', () => {
    const fresh = '25 24 0:30 /sub /srv rw shared:4 - tmpfs tmpfs rw,size=1k';
    expect(changes(`${HOST}${fresh}\n`)).toEqual({ mounts: parse(fresh), superblocks: [] });
  });

  test('finds a superblock with other options, once for all of its mounts', () => {
    const after = HOST.replaceAll('rw,size=1k', 'ro,size=1k');
    const { mounts, superblocks } = changes(after);
    expect(mounts).toEqual([]);
    expect(superblocks.map((each) => [each.before.superOptions, each.after.superOptions])).toEqual([
      [
        ['rw', 'size=1k'],
        ['ro', 'size=1k'],
      ],
    ]);
  });

  test('leaves out a superblock that was changed by remounting on the host: the mount is changed too', () => {
    const after = HOST.replaceAll('rw,size=1k', 'ro,size=1k').replace('/srv rw', '/srv ro');
    expect(changes(after)).toEqual({ mounts: [], superblocks: [] });
  });
});

describe('findTie', () => {
  const before = parse(HOST);
  const fresh = line('30 21 0:40 / /mnt rw shared:9 - tmpfs tmpfs rw');

  test.each([
    [
      'the same new file system',
      '50 40 0:40 / /a rw - tmpfs tmpfs rw',
      /device 0:40\) is the one .* on \/a$/,
    ],
    ['a peer', '50 40 0:41 / /a rw shared:9 - tmpfs tmpfs rw', /in peer group 9 with the one on \/a/],
    ['a slave', '50 40 0:41 / /a rw master:9 - tmpfs tmpfs rw', /in peer group 9 with the one on \/a/],
  ])('%s is one', (_, own, expected) => {
    expect(findTie(fresh, parse(own), before)).toMatch(expected);
  });

  test('the same file system of FUSE is one, whatever its program is called', () => {
    const [host, own] = ['30 21', '50 40'].map((ids) => `${ids} 0:40 / /mnt rw - fuse.sshfs user@host: rw`);
    expect(findTie(line(host as string), parse(own as string), before)).toMatch(/device 0:40/);
  });

  test.each([
    ['another file system', '30 21 0:40 / /mnt rw - tmpfs tmpfs rw', '50 40 0:41 / /a rw - tmpfs tmpfs rw'],
    [
      'a file system that the host had',
      '30 21 0:30 / /mnt rw - tmpfs t rw',
      '50 40 0:30 / /a rw - tmpfs t rw',
    ],
    ['two private mounts', '30 21 8:1 / /mnt rw - ext4 e rw', '50 40 8:1 / /mnt rw - ext4 e rw'],
    [
      'a disk that another program mounts too',
      '30 21 7:0 / /m rw - ext4 e rw',
      '50 40 7:0 / /a rw - ext4 e rw',
    ],
    [
      'a type of which there is one instance',
      '30 21 0:7 / /m rw - debugfs d rw',
      '50 40 0:7 / /a rw - debugfs d rw',
    ],
  ])('%s is none', (_, host, own) => {
    expect(findTie(line(host), parse(own), before)).toBeUndefined();
  });
});

describe('isRemounted', () => {
  const mount = (options: string, superOptions: string) =>
    line(`30 21 0:40 / /mnt ${options} - tmpfs tmpfs ${superOptions}`);

  test.each([
    { own: ['rw', 'ro'], superblock: ['rw', 'ro'], expected: true },
    { own: ['ro', 'rw'], superblock: ['ro', 'rw'], expected: true },
    { own: ['rw', 'rw'], superblock: ['rw', 'ro'], expected: false },
    { own: ['rw', 'ro'], superblock: ['rw', 'rw'], expected: false },
    { own: ['ro', 'ro'], superblock: ['rw', 'ro'], expected: false },
    { own: ['ro', 'rw'], superblock: ['rw', 'ro'], expected: false },
    { own: ['rw', 'ro'], superblock: ['rw,size=1k', 'rw,size=2k'], expected: false },
  ])('mount $own, superblock $superblock: $expected', ({ own, superblock, expected }) => {
    const [before, after] = superblock.map((options) => mount('rw', options)) as [
      ReturnType<typeof mount>,
      ReturnType<typeof mount>,
    ];
    const [ownBefore, ownAfter] = own.map((options) => mount(options, 'rw')) as [
      typeof before,
      typeof before,
    ];
    expect(isRemounted({ before, after }, ownBefore, ownAfter)).toBe(expected);
  });
});
