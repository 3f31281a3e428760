import { basename, dirname } from 'node:path/posix';
import { OPEN_TREE_CLONE } from '../../native/constants.cjs';
import { openTree } from '../../native/mount-tree.cjs';
import { encodePath } from '../../native/path-bytes.cjs';
import { birthOf, mountIdOf } from '../../native/statx.cjs';
import { probe } from '../../native/unless.cjs';
import { using } from '../../native/using.cjs';
import type { Mount } from '../mounts/mount.js';

/**
 * Which of `mountPoints` are there, on a file system that the host has mounted, and were made since then.
 *
 * @param since as `fileTime` tells it
 * @param own the mounts of this process
 * @param hostDevices those of the file systems that the host has mounted
 */
export function findLeftMountPoints(
  mountPoints: Iterable<string>,
  {
    since,
    own,
    hostDevices,
  }: { since: number; own: readonly Mount[]; hostDevices: ReadonlySet<string | undefined> },
): string[] {
  return [...mountPoints].filter((mountPoint) => {
    if (mountPoint === '/') return false;
    const directory = encodePath(dirname(mountPoint));
    const device = deviceOf(directory, own);
    if (!hostDevices.has(device)) return false;
    const birth = birthBeneath(directory, encodePath(basename(mountPoint)));
    return birth !== undefined && birth >= since;
  });
}

function deviceOf(directory: Buffer, own: readonly Mount[]): string | undefined {
  const id = probe(() => mountIdOf(directory));
  return own.find((mount) => mount.id === id)?.device;
}

/** When the entry `name` was made, whatever is mounted on it: a copy of the mount above shows what lies there. */
function birthBeneath(directory: Buffer, name: Buffer): number | undefined {
  return probe(() => using(openTree(directory, OPEN_TREE_CLONE), (copy) => birthOf(name, copy)));
}
