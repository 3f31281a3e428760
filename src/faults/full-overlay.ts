import { closeSync, constants, writeSync } from 'node:fs';
import { MOUNT_ATTR__ATIME, O_PATH, OPEN_TREE_CLONE } from '../../native/constants.cjs';
import { fchdir, mkdirat, openat, openDirectory, openWithoutSymlinks } from '../../native/directories.cjs';
import { mountSetattr, openTree } from '../../native/mount-tree.cjs';
import { deviceOf } from '../../native/statx.cjs';
import { unless } from '../../native/unless.cjs';
import { using } from '../../native/using.cjs';
import { lowerNames } from '../copy-on-write/layer.js';
import { mountOverlay } from '../copy-on-write/overlay.js';
import { copyAttributes } from '../files/attributes.js';
import type { Target } from '../files/target.js';
import { usableXattrs } from '../layers/overlay-features.js';
import { withScratch } from '../layers/scratch.js';
import type { Steps } from '../layers/steps.js';
import { join, pathBelow } from '../mounts/absolute-path.js';
import { readMounts } from '../mounts/read-mounts.js';
import { layersInPlace } from '../scope/scopes.js';
import type { Fault } from './recipe.js';

/** What is used up. */
export type Lack = 'space' | 'inodes';

interface FullOverlay extends Target, Pick<Fault, 'keeping'> {
  below?: string;
  lack: Lack;
}

/**
 * A detached mount of an overlay that shows a directory, or what is at `below` in it, and takes nothing more: its
 * upper layer is on a tmpfs that is full.
 */
export function makeFullOverlay(
  { path, fd, below = '', lack, keeping }: FullOverlay,
  steps: Steps,
  attributes: number,
): number {
  const cwd = steps.closing(openDirectory('.'));
  return withScratch((scratch) => {
    // For an overlay after which the way back fails.
    steps.onFailure(() => fchdir(cwd));
    const from = steps.closing(openat(fd, '.', O_RDONLY | O_DIRECTORY));
    const { lowers, inside } = copyLowers(path, from, steps);
    mountOverlay(scratch, lowers, usableXattrs(scratch));
    const merged = openat(scratch, 'merged', O_RDONLY | O_DIRECTORY);
    // By its device, a copy-on-write scope tells it from others.
    keeping(merged);
    if (inside === '') copyAttributes(from, merged);
    if (lack === 'space') useUpSpace(scratch);
    else useUpInodes(scratch);
    const shown = steps.closing(openWithoutSymlinks(`merged${inside}${below}`, O_PATH, scratch));
    const tree = steps.closing(openTree('', OPEN_TREE_CLONE, shown));
    mountSetattr(tree, 0, { attrSet: attributes, attrClr: MOUNT_ATTR__ATIME });
    return tree;
  }, LIMITS[lack]);
}

const LIMITS: Record<Lack, Record<string, string>> = {
  space: { size: '16k' },
  inodes: { nr_inodes: '64' },
};

/** The layers of what `directory` lies on, where that is an overlay of a scope: the kernel stacks two at most. */
function copyLowers(directory: string, fd: number, steps: Steps): { lowers: number[]; inside: string } {
  const device = deviceOf(fd);
  const layer = layersInPlace().find((each) => each.lowers > 0 && each.device === device);
  const mount = readMounts('self').containing(directory);
  if (layer === undefined || mount === undefined) {
    const lower = steps.closing(openTree('', OPEN_TREE_CLONE, fd));
    return { lowers: [lower], inside: '' };
  }
  const lowers = lowerNames(layer).map((name) =>
    steps.closing(openTree(name, OPEN_TREE_CLONE, layer.directory)),
  );
  const root = join(mount.root, pathBelow(directory, mount.mountPoint));
  return { lowers, inside: root === '/' ? '' : root };
}

function useUpSpace(scratch: number): void {
  using(openat(scratch, 'filler', O_CREAT | O_WRONLY), (fd) =>
    untilFull(() => writeSync(fd, Buffer.alloc(4096))),
  );
}

function useUpInodes(scratch: number): void {
  mkdirat(scratch, 'fillers');
  let count = 0;
  untilFull(() => closeSync(openat(scratch, `fillers/${count++}`, O_CREAT | O_WRONLY)));
}

function untilFull(step: () => void): void {
  unless(['ENOSPC'], () => {
    for (;;) step();
  });
}

const { O_CREAT, O_DIRECTORY, O_RDONLY, O_WRONLY } = constants;
