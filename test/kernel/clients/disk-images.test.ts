import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { withMountNamespace } from 'mountns';
import { describe, expect } from 'mountns/vitest';
import { afterEach, onTestFinished } from 'vitest';
import { MS_RDONLY } from '../../../native/constants.cjs';
import { errorOf } from '../errors/error-of.js';
import { clientTest, type Inside } from './client-test.js';
import { loopDevicesOf, probeLoopDevices } from './loop-devices.js';

const obstacle = probeLoopDevices();
/** Part of the names of all images here: loop devices are told apart by it. */
const id = randomUUID();

// A loop device belongs to the machine and not to a namespace.
afterEach(async () => {
  onTestFinished(() => {
    for (const device of loopDevicesOf(id)) execFileSync('losetup', ['--detach', `/dev/${device}`]);
  });
  await expect.poll(() => loopDevicesOf(id), { interval: 5, timeout: 5_000 }).toEqual([]);
});

const makers: Record<string, (inside: Inside, image: string) => void> = {
  ext4: ({ run }, image) => {
    fs.closeSync(fs.openSync(image, 'w'));
    fs.truncateSync(image, 4 << 20);
    run('mkfs.ext4', '-q', image);
  },
  squashfs: ({ run, directory }, image) => {
    fs.mkdirSync(`${directory}/content`);
    fs.writeFileSync(`${directory}/content/file`, 'content');
    run('mksquashfs', `${directory}/content`, image, '-quiet', '-no-progress', '-no-xattrs');
  },
};

describe.each([
  { type: 'ext4', program: 'mkfs.ext4' },
  { type: 'squashfs', program: 'mksquashfs' },
])('an image of $type', ({ type, program }) => {
  const makeImage = (inside: Inside) => {
    const image = path.join(inside.directory, `${id}.img`);
    makers[type]?.(inside, image);
    return image;
  };

  clientTest('is refused without a loop device, and the error says what to do', [program], (inside) => {
    const image = makeImage(inside);
    expect(() => inside.ns.mount({ source: image, target: `${inside.directory}/mnt`, type })).toThrow(
      obstacle === undefined || !obstacle.includes('user namespace')
        ? `source ${image} is a file, and ${type} is mounted from a block device\n  fix:  make it one: losetup`
        : `mount ${type} on ${inside.directory}/mnt failed`,
    );
  });

  if (obstacle === undefined) {
    clientTest('is mounted, and its loop device goes with the mount', [program, 'mount'], (inside) => {
      const { ns, directory, run } = inside;
      const image = makeImage(inside);
      fs.mkdirSync(`${directory}/mnt`);
      run('mount', '-o', 'loop', image, `${directory}/mnt`);
      expect(`${directory}/mnt`).toBeMountPoint({ type });
      expect(ns.mounts().at(`${directory}/mnt`)?.source).toBe(`/dev/${loopDevicesOf(id)[0]}`);
      use(type, `${directory}/mnt`);
      run('umount', `${directory}/mnt`);
      expect(loopDevicesOf(id)).toEqual([]);
    });

    clientTest('is mounted until the scope ends, and so is its loop device', [program, 'mount'], (inside) => {
      const { directory, run } = inside;
      const image = makeImage(inside);
      fs.mkdirSync(`${directory}/mnt`);
      run('mount', '-o', 'loop', image, `${directory}/mnt`);
      use(type, `${directory}/mnt`);
      expect(loopDevicesOf(id)).toHaveLength(1);
    });

    clientTest('goes with the mount when losetup has let go of it', [program, 'losetup'], (inside) => {
      const { ns, directory, run } = inside;
      const source = String(run('losetup', '--find', '--show', makeImage(inside))).trim();
      ns.mount({ source, target: `${directory}/mnt`, type });
      run('losetup', '--detach', source);
      use(type, `${directory}/mnt`);
      expect(loopDevicesOf(id)).toHaveLength(1);
    });

    clientTest('is a layer of overlays, of those of this package too', [program, 'mount'], async (inside) => {
      const { ns, directory, run } = inside;
      const image = makeImage(inside);
      const [mnt, merged] = [`${directory}/mnt`, `${directory}/merged`];
      fs.mkdirSync(mnt);
      run('mount', '-o', 'loop', image, mnt);
      const names = fs.readdirSync(mnt);
      ns.overlay(merged, { lower: mnt });
      await withMountNamespace({ copyOnWrite: [merged] }, (inner) => {
        fs.writeFileSync(`${merged}/new`, '');
        fs.chmodSync(`${merged}/${names[0]}`, 0o750);
        expect(inner.changes()).toEqual({
          created: [`${merged}/new`],
          modified: [`${merged}/${names[0]}`],
          deleted: [],
        });
      });
      expect(fs.readdirSync(merged)).toEqual(names);
      ns.umount(merged);
      ns.tmpfs(`${mnt}/missing`);
      expect(`${mnt}/missing`).toBeMountPoint({ type: 'tmpfs' });
      ns.umount(`${mnt}/missing`);
      ns.induce('ENOSPC', mnt);
    });

    clientTest('is not written to when it is mounted read-only', [program, 'losetup'], (inside) => {
      const { ns, directory, run } = inside;
      const image = makeImage(inside);
      const before = fs.readFileSync(image);
      const target = `${directory}/mnt`;
      for (const readOnly of [[], ['--read-only']]) {
        const source = String(run('losetup', '--find', '--show', ...readOnly, image)).trim();
        try {
          for (const flags of [['ro'], MS_RDONLY] as const) {
            ns.mount({ target, type, source, flags });
            expect(ns.mounts().at(target)?.superOptions).toContain('ro');
            // One that is there already.
            ns.mount({ target: `${directory}/other`, type, source, flags });
            for (const path of [`${directory}/other`, target]) ns.umount(path);
          }
        } finally {
          run('losetup', '--detach', source);
        }
        expect(fs.readFileSync(image).equals(before)).toBe(true);
      }
    });

    clientTest('is the same one when it is mounted anew', [program, 'losetup'], async (inside) => {
      const { ns, directory, run } = inside;
      const target = `${directory}/mnt`;
      const source = String(run('losetup', '--find', '--show', makeImage(inside))).trim();
      try {
        ns.mount({ target, type, source });
        await expect(() => {
          ns.umount(target);
          ns.mount({ target, type, source });
        }).toLeaveMountsUnchanged();
        ns.umount(target);
      } finally {
        run('losetup', '--detach', source);
      }
    });

    clientTest(
      'that is there for writing is not made read-only by an option',
      [program, 'losetup'],
      (inside) => {
        const { ns, directory, run } = inside;
        const image = makeImage(inside);
        const target = `${directory}/mnt`;
        const source = String(run('losetup', '--find', '--show', image)).trim();
        try {
          ns.mount({ target: `${directory}/other`, type, source });
          const isReadOnly = ns.mounts().at(`${directory}/other`)?.superOptions.includes('ro');
          const fix = isReadOnly
            ? "leave data out, and use flags: ['ro']"
            : `leave data and ro out, and then use ns.readonly('${target}')`;
          expect(errorOf(() => ns.mount({ target, type, source, data: 'ro' }))).toMatchObject({
            code: 'EBUSY',
            fix,
          });
          if (isReadOnly) ns.mount({ target, type, source, flags: ['ro'] });
          else {
            const request = { target, type, source, flags: ['ro'] } as const;
            expect(errorOf(() => ns.mount(request))).toMatchObject({ code: 'EBUSY', fix });
            ns.mount({ target, type, source });
            ns.readonly(target);
          }
          expect(target).toBeReadOnly();
          for (const path of [`${directory}/other`, target]) ns.umount(path);
        } finally {
          run('losetup', '--detach', source);
        }
      },
    );

    clientTest('is told from a device without content', ['losetup'], ({ ns, directory, run }) => {
      const image = path.join(directory, `${id}.img`);
      fs.writeFileSync(image, '');
      const source = String(run('losetup', '--find', '--show', image)).trim();
      try {
        const error = errorOf(() => ns.mount({ target: `${directory}/mnt`, type: 'ext4', source }));
        expect(error).toMatchObject({
          code: 'EIO',
          why: `source ${source} is a block device of 0 bytes`,
          fix: `give it a file: losetup ${source} FILE (losetup(8))`,
        });
      } finally {
        run('losetup', '--detach', source);
      }
    });
  } else {
    console.warn(`${type} images can't be mounted here, only that is tested: ${obstacle}`);
    clientTest('cannot be mounted here, which mount(8) says', [program, 'mount'], (inside) => {
      const image = makeImage(inside);
      fs.mkdirSync(`${inside.directory}/mnt`);
      expect(inside.fail('mount', '-o', 'loop', image, `${inside.directory}/mnt`)).toMatch(
        /^mount: .*(loop device|permission denied|must be superuser|not permitted)/i,
      );
      expect(`${inside.directory}/mnt`).not.toBeMountPoint();
    });
  }
});

function use(type: string, directory: string): void {
  if (type === 'squashfs') {
    expect(fs.readFileSync(`${directory}/file`, 'utf8')).toBe('content');
    expect(() => fs.writeFileSync(`${directory}/file`, '')).toThrow('EROFS');
    return;
  }
  fs.writeFileSync(`${directory}/file`, 'content');
  expect(fs.readFileSync(`${directory}/file`, 'utf8')).toBe('content');
  expect(() => fs.writeFileSync(`${directory}/large`, Buffer.alloc(8 << 20))).toThrow('ENOSPC');
}
