import { accessSync, constants, statSync } from 'node:fs';
import { inspect } from 'node:util';
import { encodePath } from '../../native/path-bytes.cjs';
import type { Attempt } from '../errors/failure.js';
import { MountError } from '../errors/mount-error.js';
import { withPathOf } from '../files/descriptor-path.js';
import { realPathOf } from '../files/real-path.js';
import { checkPath, openTarget } from '../files/target.js';
import { makeOverlay, type OverlayLayers } from '../layers/overlay.js';
import { coverWithOverlay } from '../layers/overlay-layer.js';
import { printable } from '../mounts/printable.js';
import { pinsInPlace } from '../scope/scopes.js';
import { attachTree } from './attach.js';
import { operateInSteps } from './operate.js';
import { checkOptions } from './options.js';

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
  const action = `mount overlay on ${printable(path)}`;
  const what: Attempt = { operation: 'overlay', action, path, sources: layers.sources };
  operateInSteps(what, (steps) => {
    if (Object.keys(layers.sources).length > 0) {
      const pins = pinsInPlace();
      const upper = pins && layers.writable && realPathOf(layers.writable[0]);
      const tree = makeOverlay(layers, steps);
      if (layers.writable !== undefined) requireWritable(tree, layers.writable, what);
      attachTree(tree, path, steps);
      // What is written below it is written to the file system of upper.
      if (upper !== undefined) pins?.carry(upper, path, what);
    } else {
      // Here the mounts below stay in sight.
      coverWithOverlay({ path, fd: steps.closing(openTarget(path)) }, steps);
    }
  });
}

/**
 * Where an overlay can't make what it needs in its work directory, the kernel says so in its log, and makes it read-only. Of
 * two subvolumes of one mount it says nothing at all: then each write to what is in `lower` is EXDEV.
 */
function requireWritable(tree: number, writable: readonly [string, string], what: Attempt): void {
  const [upper, work] = writable;
  const [one, other] = writable.map((path) => statSync(encodePath(path)).dev);
  if (one !== other) {
    throw new MountError(
      {
        summary: `${what.action} failed: upper ${printable(upper)} and work ${printable(work)} are in two subvolumes`,
        why: 'overlay renames files from work to upper, which nobody can from one subvolume to another (EXDEV)',
        fix: 'have both in one',
      },
      { code: 'EXDEV', path: what.path },
    );
  }
  try {
    withPathOf(tree, (place) => accessSync(place, constants.W_OK));
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code !== 'EROFS') return;
    throw new MountError(
      {
        summary: `${what.action} failed: the kernel made it read-only`,
        why: `it can't make what it needs in ${printable(work)}: the kernel's log has the reason (dmesg)`,
        fix: `have ${printable(upper)} and ${printable(work)} on a tmpfs, say: not every file system is fit for them`,
        cause,
      },
      { code, path: what.path },
    );
  }
}

interface Layers extends OverlayLayers {
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
