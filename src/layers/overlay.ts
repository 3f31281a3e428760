import fs from 'node:fs';
import { fchdir, mkdirat, openat, openDirectory, symlinkat } from '../../native/directories.cjs';
import { encodePath } from '../../native/path-bytes.cjs';
import { copyAttributes } from '../copy-on-write/attributes.js';
import { isInUserNamespace } from '../namespace/user-namespace.cjs';
import { makeFileSystem } from './file-system.js';
import { overlayFeatures, usableXattrs } from './overlay-features.js';
import { withScratch } from './scratch.js';
import type { Steps } from './steps.js';

/** Directories that an overlay is made of, by their absolute paths. */
export interface OverlayLayers {
  /** At least one, the top-most first. */
  lower: readonly string[];
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
    const [upper, work, ...lowers] = nameLayers(
      [...(writable ?? makeWritableLayers(lower[0] as string, scratch, steps)), ...lower],
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
          lowerdir: lowers.join(':'),
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

function makeWritableLayers(lower: string, scratch: number, steps: Steps): [upper: string, work: string] {
  for (const name of ['upper', 'work']) mkdirat(scratch, name);
  // The root of an overlay has the attributes of its upper layer.
  const { O_DIRECTORY, O_RDONLY } = fs.constants;
  const from = steps.closing(fs.openSync(encodePath(lower), O_RDONLY | O_DIRECTORY));
  copyAttributes(from, steps.closing(openat(scratch, 'upper', O_RDONLY)));
  return ['upper', 'work'];
}

/** What the kernel makes in a work directory goes when a later step fails, unless it was there. */
function removeKernelsOwn(work: string, steps: Steps): void {
  for (const name of ['work', 'index']) {
    const made = encodePath(`${work}/${name}`);
    if (!fs.existsSync(made)) steps.onFailure(() => fs.rmSync(made, { recursive: true, force: true }));
  }
}

const MAX_VALUE = 255;
