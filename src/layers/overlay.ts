import { constants, existsSync, openSync, rmSync } from 'node:fs';
import { MS_PRIVATE, OPEN_TREE_CLONE } from '../../native/constants.cjs';
import { fchdir, mkdirat, openat, openDirectory, symlinkat } from '../../native/directories.cjs';
import { mountSetattr, moveMount, openTree } from '../../native/mount-tree.cjs';
import { encodePath } from '../../native/path-bytes.cjs';
import { unless } from '../../native/unless.cjs';
import { copyAttributes } from '../files/attributes.js';
import type { Target } from '../files/target.js';
import { isInUserNamespace } from '../namespace/user-namespace.cjs';
import { makeFileSystem } from './file-system.js';
import { overlayFeatures, usableXattrs } from './overlay-features.js';
import { withScratch } from './scratch.js';
import type { Steps } from './steps.js';

/** Directories that an overlay is made of, by their absolute paths. */
export interface OverlayLayers {
  /** At least one, the top-most first; or one that was found already, as a descriptor. */
  lower: readonly string[] | Target;
  /** Upper and work directory. Undefined for new ones in memory. */
  writable: readonly [upper: string, work: string] | undefined;
  /** What the mount table shows, `'overlay'` when left out. */
  source?: string;
}

/**
 * Makes an overlay, and returns a detached mount of it, which `steps` closes.
 *
 * @param attributes `MOUNT_ATTR_*`
 */
export function makeOverlay(
  { lower, writable, source = 'overlay' }: OverlayLayers,
  steps: Steps,
  attributes = 0,
): number {
  const cwd = steps.closing(openDirectory('.'));
  return withScratch((scratch) => {
    const found = 'fd' in lower ? [mountLower(lower, scratch, steps)] : lower;
    const [upper, work, ...lowers] = nameLayers(
      [...(writable ?? makeWritableLayers(openLower(lower, steps), scratch, steps)), ...found],
      scratch,
    );
    if (writable !== undefined) removeKernelsOwn(writable[1], steps);
    const given = isInUserNamespace() ? 'user' : 'trusted';
    const xattrs = writable === undefined ? usableXattrs(scratch) : given;
    // Some of the names are relative to it.
    steps.onFailure(() => fchdir(cwd));
    fchdir(scratch);
    const overlay = steps.closing(
      makeFileSystem(
        'overlay',
        {
          source,
          ...lowerOption(lowers),
          upperdir: upper as string,
          workdir: work as string,
          ...overlayFeatures(xattrs),
        },
        { attributes },
      ),
    );
    fchdir(cwd);
    return overlay;
  });
}

/**
 * Names of the layers for overlay: their paths, which the mount table then shows. In place of paths that hold
 * characters with a meaning to overlay, or that together are too long for fsconfig(2), links in the scratch.
 */
function nameLayers(paths: readonly string[], scratch: number): readonly string[] {
  const isPlain = paths.every((path) => !/[:,\\]/.test(path));
  if (isPlain && encodePath(paths.join(':')).length <= MAX_VALUE) return paths;
  return paths.map((path, index) => {
    symlinkat(path, scratch, String(index));
    return String(index);
  });
}

/** One option for all, or where that takes no text of this length, one for each (Linux 6.5). */
function lowerOption(lowers: readonly string[]): Record<string, string | readonly string[]> {
  const all = lowers.join(':');
  return encodePath(all).length <= MAX_VALUE ? { lowerdir: all } : { 'lowerdir+': lowers };
}

/** Mounts the directory in the scratch: overlay takes names, which could lead elsewhere by now. */
function mountLower({ fd }: Target, scratch: number, steps: Steps): string {
  const tree = steps.closing(openTree('', OPEN_TREE_CLONE, fd));
  mountSetattr(tree, 0, { propagation: MS_PRIVATE });
  mkdirat(scratch, 'lower');
  moveMount(tree, 'lower', scratch);
  return 'lower';
}

function openLower(lower: readonly string[] | Target, steps: Steps): number {
  const flags = O_RDONLY | O_DIRECTORY;
  return steps.closing(
    'fd' in lower ? openat(lower.fd, '.', flags) : openSync(encodePath(lower[0] as string), flags),
  );
}

function makeWritableLayers(from: number, scratch: number, steps: Steps): [upper: string, work: string] {
  for (const name of ['upper', 'work']) mkdirat(scratch, name);
  // The root of an overlay has the attributes of its upper layer.
  copyAttributes(from, steps.closing(openat(scratch, 'upper', O_RDONLY)));
  return ['upper', 'work'];
}

/** What the kernel makes in a work directory goes when a later step fails, unless it was there. */
function removeKernelsOwn(work: string, steps: Steps): void {
  for (const name of ['work', 'index']) {
    const made = encodePath(`${work}/${name}`);
    const remove = () => rmSync(made, { recursive: true, force: true });
    if (!existsSync(made)) steps.onFailure(() => unless(['ENOTDIR'], remove));
  }
}

const { O_DIRECTORY, O_RDONLY } = constants;
const MAX_VALUE = 255;
