import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { describe, expect } from 'mountns/vitest';
import { onTestFinished } from 'vitest';
import { collectNotices } from '../collect-notices.js';
import { errorOf } from '../errors/error-of.js';
import { obstacle } from '../fuse-obstacle.js';
import { clientTest, type Inside } from './client-test.js';

/** When the scope has ended, `program` must have been killed, and the user told. */
function expectEnded(program: string): void {
  const notices = collectNotices();
  onTestFinished(() =>
    expect(notices.map(({ summary }) => summary)).toEqual([
      expect.stringMatching(
        new RegExp(`^a scope ended with process \\d+ \\(${program} .*\\) still running: killed$`),
      ),
    ]),
  );
}

function makeSquashfs({ directory, run }: Inside): { image: string; target: string } {
  const [content, image, target] = ['content', 'image', 'mnt'].map((name) => `${directory}/${name}`) as [
    string,
    string,
    string,
  ];
  for (const each of [content, target]) fs.mkdirSync(each);
  fs.writeFileSync(`${content}/file`, 'content');
  run('mksquashfs', content, image, '-quiet', '-no-progress');
  return { image, target };
}

function makeOverlay({ directory }: Inside): { options: string; merged: string } {
  for (const name of ['lower', 'upper', 'work', 'merged']) fs.mkdirSync(`${directory}/${name}`);
  fs.writeFileSync(`${directory}/lower/file`, 'lower');
  const [lower, upper, work] = ['lower', 'upper', 'work'].map((name) => `${name}dir=${directory}/${name}`);
  return { options: [lower, upper, work].join(','), merged: `${directory}/merged` };
}

const squash = ['squashfuse', 'mksquashfs', 'umount'];
const overlay = ['fuse-overlayfs', 'umount'];

if (obstacle === undefined) {
  describe('FUSE', () => {
    clientTest('squashfuse serves an image until it is unmounted', squash, async (inside) => {
      const { image, target } = makeSquashfs(inside);
      inside.run('squashfuse', image, target);
      expect(target).toBeMountPoint({ type: 'fuse.squashfuse' });
      expect(fs.readFileSync(`${target}/file`, 'utf8')).toBe('content');
      expect(await fs.promises.readFile(`${target}/file`, 'utf8')).toBe('content');
      expect(() => fs.writeFileSync(`${target}/new`, '')).toThrow('EROFS');
      inside.run('umount', target);
      expect(fs.readdirSync(target)).toEqual([]);
    });

    clientTest('fuse-overlayfs keeps the lower layer as it is', overlay, (inside) => {
      const { options, merged } = makeOverlay(inside);
      inside.run('fuse-overlayfs', '-o', options, merged);
      expect(merged).toBeMountPoint({ type: 'fuse.fuse-overlayfs' });
      fs.writeFileSync(`${merged}/file`, 'changed');
      fs.writeFileSync(`${merged}/new`, '');
      expect(fs.readFileSync(`${inside.directory}/lower/file`, 'utf8')).toBe('lower');
      expect(fs.readdirSync(`${inside.directory}/upper`).sort()).toEqual(['file', 'new']);
      inside.run('umount', merged);
    });

    clientTest(
      'is no place for the upper directory of an overlay, which its error says',
      overlay,
      (inside) => {
        const { options, merged } = makeOverlay(inside);
        const { ns, directory } = inside;
        inside.run('fuse-overlayfs', '-o', options, merged);
        for (const name of ['upper', 'work']) fs.mkdirSync(`${merged}/${name}`);
        const [upper, work] = [`${merged}/upper`, `${merged}/work`];
        expect(errorOf(() => ns.overlay(`${directory}/lower`, { upper, work }))).toMatchObject({
          code: 'EINVAL',
          why: expect.stringMatching(
            new RegExp(
              `^upper ${upper} lies on fuse-overlayfs on ${merged} type fuse.fuse-overlayfs .*, and overlay writes to nothing of fuse.fuse-overlayfs$`,
            ),
          ),
          fix: "put upper and work on another file system, a tmpfs say: ns.tmpfs('/mnt/layers')",
        });
        inside.run('umount', merged);
      },
    );

    clientTest('a daemon that still serves when the scope ends is ended with it', overlay, (inside) => {
      const { options, merged } = makeOverlay(inside);
      inside.run('fuse-overlayfs', '-o', options, merged);
      fs.writeFileSync(`${merged}/new`, '');
      expectEnded('fuse-overlayfs');
    });

    clientTest('so is one that does not answer any more', squash, async (inside) => {
      const { image, target } = makeSquashfs(inside);
      const child = spawn('squashfuse', ['-f', image, target], { env: inside.env, stdio: 'ignore' });
      await expect.poll(() => inside.ns.mounts().at(target)?.fsType, { interval: 5 }).toBe('fuse.squashfuse');
      child.kill('SIGSTOP');
      expectEnded('squashfuse');
    });
  });
} else {
  describe('FUSE, without /dev/fuse', () => {
    clientTest('squashfuse fails, and nothing is mounted', squash, (inside) => {
      const { image, target } = makeSquashfs(inside);
      expect(inside.fail('squashfuse', image, target)).toMatch(/fuse/);
      expect(target).not.toBeMountPoint();
    });

    clientTest('fuse-overlayfs fails, and nothing is mounted', overlay, (inside) => {
      const { options, merged } = makeOverlay(inside);
      expect(inside.fail('fuse-overlayfs', '-o', options, merged)).toMatch(/fuse/);
      expect(merged).not.toBeMountPoint();
    });
  });
}
