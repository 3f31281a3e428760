import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import { withMountNamespace } from 'mountns';
import { describe, expect } from 'mountns/vitest';
import { afterEach, onTestFinished } from 'vitest';
import { errorOf } from '../errors/error-of.js';
import { clientTest, type Inside } from './client-test.js';
import { loopDevicesOf, probeLoopDevices } from './loop-devices.js';

const obstacle = probeLoopDevices();
const id = randomUUID();
const programs = ['mkfs.btrfs', 'btrfs', 'mount'];

// A loop device belongs to the machine and not to a namespace.
afterEach(async () => {
  onTestFinished(() => {
    for (const device of loopDevicesOf(id)) execFileSync('losetup', ['--detach', `/dev/${device}`]);
  });
  await expect.poll(() => loopDevicesOf(id), { interval: 5, timeout: 5_000 }).toEqual([]);
});

function makeImage({ directory, run }: Inside): string {
  const image = `${directory}/${id}.img`;
  fs.writeFileSync(image, '');
  fs.truncateSync(image, 128 << 20);
  run('mkfs.btrfs', '-q', image);
  return image;
}

/** A subvolume with a file, one in it, and a snapshot of both: stat(2) shows three devices, of which no mount is. */
function makeSubvolumes(inside: Inside): { top: string; source: string } {
  const { directory, run, ns } = inside;
  const image = makeImage(inside);
  const top = `${directory}/top`;
  fs.mkdirSync(top);
  run('mount', '-o', 'loop', image, top);
  for (const path of ['sub', 'sub/nested']) {
    run('btrfs', 'subvolume', 'create', `${top}/${path}`);
    fs.writeFileSync(`${top}/${path}/file`, path);
  }
  run('btrfs', 'subvolume', 'snapshot', `${top}/sub`, `${top}/snapshot`);
  return { top, source: ns.mounts().at(top)?.source as string };
}

describe('btrfs', () => {
  if (obstacle === undefined) {
    clientTest('subvolumes are copy-on-write, by what they lie in and by name', programs, async (inside) => {
      const { top } = makeSubvolumes(inside);
      const files = ['sub/file', 'sub/nested/file', 'snapshot/file'].map((name) => `${top}/${name}`);
      const contents = () => files.map((file) => fs.readFileSync(file, 'utf8'));
      const before = contents();
      for (const copyOnWrite of [true, [top], [`${top}/sub`, `${top}/snapshot`]]) {
        await withMountNamespace({ copyOnWrite }, (ns) => {
          fs.rmSync(`${top}/sub/file`);
          fs.appendFileSync(`${top}/sub/nested/file`, 'more');
          fs.renameSync(`${top}/snapshot/file`, `${top}/snapshot/new`);
          expect(ns.changes()).toEqual({
            created: [`${top}/snapshot/new`],
            modified: [`${top}/sub/nested/file`],
            deleted: [`${top}/snapshot/file`, `${top}/sub/file`],
          });
        });
        expect(contents()).toEqual(before);
      }
    });

    clientTest('a subvolume of one that is mounted is mounted too', programs, (inside) => {
      const { top, source } = makeSubvolumes(inside);
      const { ns, directory } = inside;
      const target = `${directory}/mnt`;
      const options = ns.mounts().at(top)?.superOptions.slice(0, -2);
      ns.mount({ type: 'btrfs', source, target, data: { subvol: 'snapshot' } });
      expect(target).toBeMountPoint({ type: 'btrfs', source });
      expect(fs.readFileSync(`${target}/file`, 'utf8')).toBe('sub');
      expect(() =>
        ns.mount({ type: 'btrfs', source, target, data: { subvol: 'sub', compress: 'zstd' } }),
      ).toThrow('EBUSY');
      expect(ns.mounts().at(top)?.superOptions.slice(0, -2)).toEqual(options);
      ns.umount(target);
    });

    clientTest('two subvolumes are no upper and work directory of an overlay', programs, (inside) => {
      const { top } = makeSubvolumes(inside);
      const { ns, directory } = inside;
      for (const path of ['lower', 'target']) fs.mkdirSync(`${directory}/${path}`);
      for (const path of ['upper', 'snapshot/work', 'work']) fs.mkdirSync(`${top}/${path}`);
      fs.writeFileSync(`${directory}/lower/file`, '');
      const mount = (work: string) =>
        ns.overlay(`${directory}/target`, { lower: `${directory}/lower`, upper: `${top}/upper`, work });
      expect(errorOf(() => mount(`${top}/snapshot/work`))).toMatchObject({
        code: 'EXDEV',
        message: `mount overlay on ${directory}/target failed: upper ${top}/upper and work ${top}/snapshot/work are in two subvolumes
  why:  overlay renames files from work to upper, which nobody can from one subvolume to another (EXDEV)
  fix:  have both in one`,
      });
      expect(`${directory}/target`).not.toBeMountPoint();
      expect(fs.readdirSync(`${top}/snapshot/work`)).toEqual([]);
      mount(`${top}/work`);
      fs.appendFileSync(`${directory}/target/file`, 'more');
      expect(fs.readFileSync(`${top}/upper/file`, 'utf8')).toBe('more');
    });
  } else {
    console.warn(`btrfs images can't be mounted here, only that is tested: ${obstacle}`);
    clientTest('cannot be mounted here, which mount(8) says', programs, (inside) => {
      const image = makeImage(inside);
      fs.mkdirSync(`${inside.directory}/mnt`);
      expect(inside.fail('mount', '-o', 'loop', image, `${inside.directory}/mnt`)).toMatch(/^mount: /);
    });
  }
});
