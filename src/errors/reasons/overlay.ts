import { encodePath } from '../../../native/path-bytes.cjs';
import { isSameFile, locationOf, mountIdOf } from '../../../native/statx.cjs';
import { realPathOf } from '../../files/real-path.js';
import { describeOwnLayer } from '../../layers/own-layer.js';
import { isBelow } from '../../mounts/absolute-path.js';
import { formatMount } from '../../mounts/format-mount.js';
import type { MountTable } from '../../mounts/mount-table.js';
import { printable } from '../../mounts/printable.js';
import { readMounts } from '../../mounts/read-mounts.js';
import { withOverrides } from '../../namespace/privileges.cjs';
import { isInUserNamespace } from '../../namespace/user-namespace.cjs';
import { noDacOverride } from '../../obstacles/obstacles.cjs';
import { readProcessStatus } from '../../obstacles/process-status.cjs';
import type { Failure, Reason } from '../failure.js';
import { uncovering } from './invalid.js';
import { explainKinds } from './not-directory.js';
import { kindOfPath, targetOf } from './paths.js';
import { reasonOf } from './permission.js';

type Layer = [name: string, path: string];

/** Why the kernel makes no such overlay, be it one that was asked for or a layer of this package. */
export function explainOverlay(failure: Failure): Reason | undefined {
  const { code, operation, type, log } = failure;
  if (code === 'EACCES') return explainNoOverride();
  // The kernel has words for some.
  const isExplained = log.length > 0;
  if (type === 'overlay') return isExplained ? undefined : { fix: RAW };
  if (code === 'ELOOP') return explainOverlap(layersOf(failure));
  if (code !== 'EINVAL') return undefined;
  const table = readMounts('self');
  return (
    (operation === 'overlay' ? explainKinds(failure) : undefined) ??
    explainWritable(failure, table) ??
    (isExplained ? undefined : explainLower(failure, table))
  );
}

/** EACCES: overlay works in a directory of mode 0, with the capabilities of whoever makes it. */
export function explainNoOverride(): Reason | undefined {
  return reasonOf(withOverrides(() => noDacOverride(readProcessStatus())));
}

/** What overlay asks of the directories that it writes to. */
function explainWritable({ sources = {} }: Failure, table: MountTable): Reason | undefined {
  const { upper, work } = sources;
  if (upper === undefined || work === undefined) return undefined;
  const mount = table.containing(realPathOf(upper));
  if (mount !== undefined && (UNFIT.test(mount.fsType) || REMOTE.test(mount.fsType))) {
    return {
      why: `upper ${printable(upper)} lies on ${formatMount(mount)}, and overlay writes to nothing of ${mount.fsType}`,
      fix: "put upper and work on another file system, a tmpfs say: ns.tmpfs('/mnt/layers')",
    };
  }
  if (mountIdOf(upper) !== mountIdOf(work)) {
    return { why: `upper ${printable(upper)} and work ${printable(work)} lie on different mounts` };
  }
  if (upper === work || isBelow(upper, work) || isBelow(work, upper)) {
    return { why: `one of upper ${printable(upper)} and work ${printable(work)} lies in the other` };
  }
  return undefined;
}

/** What overlay takes no directory of. */
function explainLower(failure: Failure, table: MountTable): Reason | undefined {
  for (const [name, path] of layersOf(failure).filter(([name]) => !isWritable(name))) {
    const real = realPathOf(path);
    const mount = table.containing(real);
    if (mount === undefined) continue;
    const lies = `${name === TARGET ? '' : `${name} `}${printable(path)} lies on ${formatMount(mount)}`;
    if (UNFIT.test(mount.fsType)) return { why: `${lies}, and overlay takes nothing of ${mount.fsType}` };
    if (isInUserNamespace() && table.under(real).length > 0) return { why: uncovering(name) };
    if (mount.fsType !== 'overlay') continue;
    const why = `${lies}, and the kernel stacks two overlays at most`;
    const own = describeOwnLayer(mount);
    return own === undefined
      ? { why, fix: 'use a directory that exists on another file system; in a container, put it on a volume' }
      : {
          why: `${why}; this one is ${own}`,
          fix: 'do this before anything is mounted at a place that is missing, or make that directory beforehand',
        };
  }
  return undefined;
}

function explainOverlap(layers: readonly Layer[]): Reason | undefined {
  const fix = 'name each directory once, and none that lies in another';
  for (const [index, [name, path]] of layers.entries()) {
    const place = locationOf(encodePath(path));
    for (const [before, other] of layers.slice(0, index)) {
      if (!isSameFile(place, locationOf(encodePath(other)))) continue;
      return {
        why: `${name} ${printable(path)} is the same directory as ${before} ${printable(other)}`,
        fix,
      };
    }
    const around = layers.find(([, other]) => isBelow(realPathOf(path), realPathOf(other)));
    // An upper directory may lie in a lower one.
    if (around === undefined || isWritable(name)) continue;
    return { why: `${name} ${printable(path)} lies in ${around[0]} ${printable(around[1])}`, fix };
  }
  return undefined;
}

/** The directories of the overlay, by the names that they were given by. */
function layersOf({ operation, sources = {}, path, dest }: Failure): Layer[] {
  const given = operation === 'overlay' ? Object.entries(sources) : [];
  if (given.some(([name]) => isLower(name))) return given;
  // The target itself; for one that is missing, the nearest directory.
  let lower = targetOf({ path, dest });
  while (kindOfPath(lower) !== 'directory') lower = lower.replace(/\/[^/]*$/, '') || '/';
  return [[TARGET, lower], ...given];
}

function isLower(name: string): boolean {
  return name.startsWith('lower');
}

function isWritable(name: string): boolean {
  return name === 'upper' || name === 'work';
}

const RAW = 'use ns.overlay(), whose errors say which directory is at fault';
const TARGET = 'target';
// The kernel lets nothing be stacked on proc; the others compare names in ways of their own, or mount by themselves.
const UNFIT = /^(autofs|exfat|msdos|ntfs3?|proc|vfat)$/;
// What these show can become another file by itself (d_revalidate()).
const REMOTE = /^(ceph|cifs|fuse(blk|\..*)?|nfs4?|overlay|smb3)$/;
