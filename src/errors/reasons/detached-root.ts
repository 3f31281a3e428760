import { isMountRoot, mountIdOf } from '../../../native/statx.cjs';
import { readMounts } from '../../mounts/read-mounts.js';
import type { Failure, Reason } from '../failure.js';

/** EINVAL and ENOENT: in a tree that was taken apart, nothing can be mounted. */
export function explainDetachedRoot({ code }: Pick<Failure, 'code'>): Reason | undefined {
  if (code !== 'EINVAL' && code !== 'ENOENT') return undefined;
  if (!isMountRoot('/') || readMounts('self').find({ id: mountIdOf('/') }) !== undefined) return undefined;
  return {
    why: 'the root of this process lies in no mount tree any more, so nothing can be mounted in it',
    fix: 'do this before the lazy umount of /, or use ns.pivotRoot(newRoot) instead of that',
  };
}
