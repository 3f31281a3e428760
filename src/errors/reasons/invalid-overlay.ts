import { mountIdOf } from '../../../native/directories.cjs';
import { isBelow } from '../../mounts/absolute-path.js';
import { formatMount } from '../../mounts/format-mount.js';
import type { MountTable } from '../../mounts/mount-table.js';
import { printable } from '../../mounts/printable.js';
import { realPathOf } from './paths.js';
import type { Failure, Reason } from './reasons.js';

/** EINVAL of an overlay: what it asks of the directories that it writes to. */
export function explainInvalidOverlay({ sources = {} }: Failure, table: MountTable): Reason | undefined {
  const { upper, work } = sources;
  if (upper === undefined || work === undefined) return undefined;
  const mount = table.containing(realPathOf(upper));
  if (mount?.fsType === 'overlay') {
    return {
      why: `upper ${printable(upper)} lies on an overlay itself: ${formatMount(mount)}`,
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
