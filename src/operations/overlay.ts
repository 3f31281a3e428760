import fs from 'node:fs';
import { inspect } from 'node:util';
import { fchdir, mkdirat, openat, openDirectory, symlinkat } from '../../native/directories.cjs';
import { encodePath } from '../../native/path-bytes.cjs';
import { attempt } from '../errors/explain-mount.js';
import { makeFileSystem } from '../layers/file-system.js';
import { printable } from '../mounts/printable.js';
import { requireEntered } from '../namespace/guard.js';
import { attachTree } from './attach.js';
import { cover } from './mount-point.js';
import { checkOptions } from './options.js';
import { withScratch } from './scratch.js';
import { inSteps, type Steps } from './steps.js';
import { checkPath, withTarget } from './target.js';

/** Options of an overlay (overlayfs, Linux Documentation/filesystems/overlayfs.rst). */
export interface OverlayOptions {
  /** The directories below, the top-most first. When left out, the target itself. */
  lower?: string | readonly string[] | undefined;
  /** The directory that takes what is written. When left out, one in memory that goes with the overlay. */
  upper?: string | undefined;
  /** An empty directory on the same mount as `upper`, for the kernel's own use. */
  work?: string | undefined;
}

/** Mounts an overlay at `target`; without options, the directory becomes copy-on-write. */
export function mountOverlay(target: string, options: OverlayOptions): void {
  const path = checkPath('target', target);
  checkOptions('overlay', options, ['lower', 'upper', 'work']);
  const layers = checkLayers(options, path);
  requireEntered();
  const action = `mount overlay on ${printable(path)}`;
  attempt({ operation: 'overlay', action, path, sources: layers.sources }, () =>
    inSteps((steps) => {
      if (Object.keys(layers.sources).length > 0) {
        attachTree(steps.closing(makeOverlay(layers, steps)), path, steps);
      } else {
        // Here the mounts below stay in sight.
        withTarget(path, () => {});
        cover(path, steps);
      }
    }),
  );
}

interface Layers {
  lower: readonly string[];
  /** Upper and work directory. Undefined for new ones in memory. */
  writable: readonly [upper: string, work: string] | undefined;
  /** All that were given, by the names of their arguments. */
  sources: Record<string, string>;
}

function checkLayers({ lower, upper, work }: OverlayOptions, target: string): Layers {
  if (upper === undefined && work !== undefined) {
    throw new TypeError(`work needs upper, received only work: ${inspect(work)}`);
  }
  if (upper !== undefined && work === undefined) {
    const what = 'work, an empty directory on the same mount';
    throw new TypeError(`upper needs ${what}, received only upper: ${inspect(upper)}`);
  }
  const sources = checkLower(lower);
  const lowers = Object.values(sources);
  if (upper === undefined || work === undefined) return { lower: lowers, writable: undefined, sources };
  const writable = [checkPath('upper', upper), checkPath('work', work)] as const;
  return {
    lower: lower === undefined ? [target] : lowers,
    writable,
    sources: { ...sources, upper: writable[0], work: writable[1] },
  };
}

function checkLower(lower: unknown): Record<string, string> {
  if (lower === undefined) return {};
  if (!Array.isArray(lower)) return { lower: checkPath('lower', lower) };
  if (lower.length === 0) throw new TypeError('lower must name at least one directory, received []');
  return Object.fromEntries(
    lower.map((path, index) => [`lower[${index}]`, checkPath(`lower[${index}]`, path)]),
  );
}

function makeOverlay({ lower, writable }: Layers, steps: Steps): number {
  const cwd = steps.closing(openDirectory('.'));
  return withScratch((scratch) => {
    const [upper, work, ...lowers] = nameLayers(
      [...(writable ?? makeWritableLayers(lower[0] as string, scratch)), ...lower],
      scratch,
    );
    // Some of the names are relative to it.
    fchdir(scratch);
    try {
      return makeFileSystem('overlay', {
        source: 'overlay',
        lowerdir: lowers.join(':'),
        upperdir: upper as string,
        workdir: work as string,
      });
    } finally {
      fchdir(cwd);
    }
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

const MAX_VALUE = 255;
