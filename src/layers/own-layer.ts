import type { Mount } from '../mounts/mount.js';

/** The source of a layer that is there for the sake of scopes and mount points, as the mount table shows it. */
export const OWN_LAYER = 'mountns';

/** Whether nobody has asked for the mount by itself. */
export function isOwnLayer({ source }: Mount): boolean {
  return source === OWN_LAYER;
}

/** What such a layer is, in the words of errors; undefined for any other mount. */
export function describeOwnLayer(mount: Mount): string | undefined {
  if (!isOwnLayer(mount)) return undefined;
  return 'a layer of mountns itself, for a mount point that was missing or for copy-on-write';
}
