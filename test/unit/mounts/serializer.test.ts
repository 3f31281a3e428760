import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';

import { processWide } from '../../../native/process-wide.cjs';
import { MountTable } from '../../../src/mounts/mount-table.js';
import { parseMountInfo } from '../../../src/mounts/parse-mount-info.js';
import { mountSerializer } from '../../../src/mounts/serializer.js';

beforeAll(() => {
  expect.addSnapshotSerializer(mountSerializer);
});

const parse = (...lines: string[]) => parseMountInfo(lines.map((line) => `${line}\n`).join(''));

describe('a snapshot', () => {
  test('shows a tree without ids and devices', () => {
    const mounts = parse(
      '31 27 0:40 / /srv rw,relatime - tmpfs tmpfs rw,size=64k',
      '32 31 0:41 / /srv/b ro,nosuid,relatime - ramfs none rw',
      '33 31 0:42 / /srv/a rw,relatime - tmpfs tmpfs rw',
      '34 33 0:43 / /srv/a rw,relatime unbindable - tmpfs over ro',
    );
    expect(new MountTable(mounts)).toMatchInlineSnapshot(`
      Mounts [
        /srv: tmpfs tmpfs (rw,relatime,size=64k), private
          /srv/a: tmpfs tmpfs (rw,relatime), private
            /srv/a: tmpfs over (ro,relatime), unbindable
          /srv/b: ramfs none (ro,nosuid,relatime), private
      ]
    `);
    expect(mounts[1]).toMatchInlineSnapshot(`/srv/b: ramfs none (ro,nosuid,relatime), private`);
    expect({ nested: { mounts }, none: [], other: [1] }).toMatchInlineSnapshot(`
      {
        "nested": {
          "mounts": Mounts [
            /srv: tmpfs tmpfs (rw,relatime,size=64k), private
              /srv/a: tmpfs tmpfs (rw,relatime), private
                /srv/a: tmpfs over (ro,relatime), unbindable
              /srv/b: ramfs none (ro,nosuid,relatime), private
          ],
        },
        "none": [],
        "other": [
          1,
        ],
      }
    `);
    expect(new MountTable('')).toMatchInlineSnapshot(`Mounts []`);
  });

  test('numbers peer groups by first appearance', () => {
    const mounts = parse(
      '31 27 0:40 / /a rw shared:815 - tmpfs tmpfs rw',
      '32 27 0:41 / /b rw master:815 - tmpfs tmpfs rw',
      '33 27 0:42 / /c rw shared:9 master:815 propagate_from:7 - tmpfs tmpfs rw',
      '34 27 0:42 / /d rw master:9 - tmpfs tmpfs rw',
    );
    expect(mounts).toMatchInlineSnapshot(`
      Mounts [
        /a: tmpfs tmpfs (rw), shared:1
        /b: tmpfs tmpfs (rw), slave:1
        /c: tmpfs tmpfs (rw), slave:1+shared:2
        /d: tmpfs tmpfs (rw), slave:2
      ]
    `);
  });

  test('names temporary directories by whatever path leads to them', () => {
    const real = fs.mkdtempSync(`${tmpdir()}/mountns+(`);
    onTestFinished(() => fs.rmSync(real, { recursive: true }));
    fs.symlinkSync(real, `${real}/link`);
    onTestFinished(() => void vi.unstubAllEnvs());
    for (const directory of [real, `${real}/link`]) {
      vi.stubEnv('TMPDIR', directory);
      const mounts = parse(`31 27 0:40 / ${real}/one rw - tmpfs tmpfs rw`);
      expect(mounts[0]).toMatchInlineSnapshot(`<tmp>: tmpfs tmpfs (rw), private`);
    }
  });

  test('names temporary directories by the order in which they were mounted on', () => {
    const tmp = tmpdir();
    const snapshotOf = (first: string, second: string) =>
      String(
        mountSerializer.serialize(
          parse(
            `31 27 0:40 / ${tmp}/${first} rw - tmpfs tmpfs rw`,
            `32 27 0:41 / ${tmp}/${second}/m rw - overlay overlay rw,lowerdir=${tmp}/${first}/l:${tmp}/${first}/k,upperdir=${tmp}/${second}/u`,
            `33 31 0:40 /x ${tmp}/${first}/x rw - tmpfs tmpfs rw`,
            `34 27 0:44 / /other${tmp}/x rw - tmpfs ${tmp}/${second}/image rw`,
            `35 27 0:45 / ${tmp} rw - tmpfs tmpfs rw`,
          ),
          { indent: '  ' },
          '',
        ),
      ).replaceAll(tmp, 'TMPDIR');
    expect(snapshotOf('mountns-Zz9', 'mountns-aA1')).toMatchInlineSnapshot(`
      "Mounts [
        /otherTMPDIR/x: tmpfs <tmp-2>/image (rw), private
        TMPDIR: tmpfs tmpfs (rw), private
        <tmp-2>/m: overlay overlay (rw,lowerdir=<tmp>/l:<tmp>/k,upperdir=<tmp-2>/u), private
        <tmp>: tmpfs tmpfs (rw), private
          <tmp>/x: tmpfs tmpfs[/x] (rw), private
      ]"
    `);
    expect(snapshotOf('aaa', 'b')).toBe(snapshotOf('mountns-Zz9', 'mountns-aA1'));
  });

  test('is the same whatever numbers the machine had free', () => {
    const mounts = parse(
      '31 27 7:3 / /image rw - ext4 /dev/loop3 rw',
      '32 27 0:4 net:[4026531833] /net rw - nsfs nsfs rw',
      '33 27 0:43 / /view rw - overlay overlay rw,lowerdir=/proc/self/fd/23/l,upperdir=/proc/4711/fd/24/u',
      '34 27 7:0 / /other rw - ext4 /dev/loop0 rw',
    );
    expect(mounts).toMatchInlineSnapshot(`
      Mounts [
        /image: ext4 /dev/loop<1> (rw), private
        /net: nsfs nsfs[net:[<1>]] (rw), private
        /other: ext4 /dev/loop<2> (rw), private
        /view: overlay overlay (rw,lowerdir=/proc/self/fd/<1>/l,upperdir=/proc/<1>/fd/<2>/u), private
      ]
    `);
  });

  test('leaves out what depends on the kernel', () => {
    const mounts = parse(
      '31 27 0:40 / /t rw,relatime - tmpfs tmpfs rw,seclabel,size=64k,inode64',
      '32 27 0:41 / /o rw,relatime - overlay overlay rw,lowerdir=/l,upperdir=/u,workdir=/w,userxattr,uuid=on,xino=off,redirect_dir=on,index=on,metacopy=on,nfs_export=on',
    );
    expect(mounts).toMatchInlineSnapshot(`
      Mounts [
        /o: overlay overlay (rw,relatime,lowerdir=/l,upperdir=/u,workdir=/w), private
        /t: tmpfs tmpfs (rw,relatime,size=64k), private
      ]
    `);
  });

  test.each([
    [true, 'rw,size=64k'],
    [false, 'rw,size=64k,uid=1234,gid=1234'],
  ])('in a user namespace (%s), leaves out to whom a tmpfs belongs outside', (isInside, options) => {
    const known = processWide<{ isInside?: boolean }>('user-namespace', () => ({}));
    const before = { ...known };
    known.isInside = isInside;
    onTestFinished(() => {
      delete known.isInside;
      Object.assign(known, before);
    });
    const [mount] = parse('31 27 0:40 / /t rw - tmpfs tmpfs rw,size=64k,uid=1234,gid=1234');
    const printed = mountSerializer.serialize(mount, { indent: '  ' }, '');
    expect(printed).toContain(`(${options})`);
  });

  test('shows of a bind mount from outside only what the test decided', () => {
    const mounts = (device: string, source: string, flags: string) =>
      parse(
        `31 27 ${device} /srv/data /in rw,${flags} - ext4 ${source} rw,discard`,
        `32 27 ${device} /srv/data /ro ro,${flags} - ext4 ${source} rw,discard`,
      );
    expect(mounts('8:1', '/dev/sda1', 'relatime')).toMatchInlineSnapshot(`
      Mounts [
        /in: <elsewhere> (rw), private
        /ro: <elsewhere> (ro), private
      ]
    `);
    const here = mountSerializer.serialize(mounts('8:1', '/dev/sda1', 'relatime'), { indent: '' }, '');
    const there = mountSerializer.serialize(mounts('0:35', '/dev/vdb', 'nosuid,noatime'), { indent: '' }, '');
    expect(here).toBe(there);
  });

  test('shows of a bind mount from a file system of the test everything', () => {
    const mounts = parse(
      '31 27 0:40 / /t rw,relatime - tmpfs mine rw',
      '32 27 0:40 /a /b ro,nosuid,relatime - tmpfs mine rw',
    );
    expect(mounts).toMatchInlineSnapshot(`
      Mounts [
        /b: tmpfs mine[/a] (ro,nosuid,relatime), private
        /t: tmpfs mine (rw,relatime), private
      ]
    `);
  });

  test('keeps one line a mount', () => {
    expect(parse('31 27 0:40 / /a\\012b\\134\\377 rw - tmpfs  rw')).toMatchInlineSnapshot(`
      Mounts [
        /a\\012b\\134\\377: tmpfs "" (rw), private
      ]
    `);
  });
});

test.each([
  [[]],
  [{}],
  [null],
  ['text'],
  [[1]],
  [[parse('1 2 0:3 / /a rw - t s rw')[0], 1]],
  [{ id: 1, mountPoint: '/' }],
])('does not touch %j', (value) => {
  expect(mountSerializer.test(value)).toBe(false);
});
