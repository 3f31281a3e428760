import fs from 'node:fs';
import { fchdir, mkdirat, openat, openDirectory, symlinkat } from '../../native/directories.cjs';
import { encodePath } from '../../native/path-bytes.cjs';
import { makeFileSystem } from './file-system.js';
import { withScratch } from './scratch.js';
import type { Steps } from './steps.js';

/** Directories that an overlay is made of, by their absolute paths. */
export interface OverlayLayers {
  /** At least one, the top-most first. */
  lower: readonly string[];
  /** Upper and work directory. Undefined for new ones in memory. */
  writable: readonly [upper: string, work: string] | undefined;
}

/**
 * Makes an overlay, and returns a detached mount of it, which `steps` closes.
 *
 * @param attributes `MOUNT_ATTR_*`
 */
export function makeOverlay({ lower, writable }: OverlayLayers, steps: Steps, attributes = 0): number {
  const cwd = steps.closing(openDirectory('.'));
  return withScratch((scratch) => {
    const [upper, work, ...lowers] = nameLayers(
      [...(writable ?? makeWritableLayers(lower[0] as string, scratch)), ...lower],
      scratch,
    );
    if (writable !== undefined) removeKernelsOwn(writable[1], steps);
    // Some of the names are relative to it.
    steps.onFailure(() => fchdir(cwd));
    fchdir(scratch);
    const overlay = steps.closing(
      makeFileSystem(
        'overlay',
        {
          source: 'overlay',
          lowerdir: lowers.join(':'),
          upperdir: upper as string,
          workdir: work as string,
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

function makeWritableLayers(lower: string, scratch: number): [upper: string, work: string] {
  for (const name of ['upper', 'work']) mkdirat(scratch, name);
  // The root of an overlay has the attributes of its upper layer.
  const { mode, uid, gid, atime, mtime } = fs.statSync(encodePath(lower));
  const upper = openat(scratch, 'upper', fs.constants.O_RDONLY);
  fs.fchownSync(upper, uid, gid);
  fs.fchmodSync(upper, mode & 0o7777);
  fs.futimesSync(upper, atime, mtime);
  fs.closeSync(upper);
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
