import { closeSync } from 'node:fs';
import { MS_PRIVATE, MS_UNBINDABLE } from '../../native/constants.cjs';
import { mountSetattr } from '../../native/mount-tree.cjs';
import { isBelow } from '../mounts/absolute-path.js';
import type { Mount } from '../mounts/mount.js';
import { MountTable } from '../mounts/mount-table.js';
import { readOwnMountInfo } from '../mounts/read-mount-info.cjs';
import { readMounts } from '../mounts/read-mounts.js';
import { type EnteredNamespace, namespaceRecord } from '../namespace/namespace-record.cjs';
import { openMount } from './open-mount.js';

/**
 * Runs `copy`, which copies what is at `path` and the mounts below. Those that are unbindable, which would be left out, are
 * private meanwhile; their copies become unbindable, where `copy` has put them at the same places.
 *
 * @param table of this process, if it was read just now
 */
export function takingUnbindable<T>(path: string, copy: () => T, table = tableWithUnbindable()): T {
  const unbindable = table?.filter({ propagation: 'unbindable' }) ?? [];
  if (table === undefined || unbindable.length === 0) return copy();
  const around = table.containing(path);
  const below = unbindable.filter(({ mountPoint }) => isBelow(mountPoint, path));
  const held: number[] = [];
  const hold = (mounts: readonly Mount[], from: MountTable) => {
    held.push(...mounts.flatMap((mount) => openMount(mount, from) ?? []));
  };
  const make = (propagation: number) => {
    for (const fd of held) mountSetattr(fd, 0, { propagation });
  };
  try {
    hold(
      unbindable.filter((mount) => mount === around || below.includes(mount)),
      table,
    );
    try {
      make(MS_PRIVATE);
      const result = copy();
      const after = readMounts('self');
      for (const { mountPoint, device, root } of below) {
        hold(after.filter({ mountPoint, device, root }), after);
      }
      return result;
    } finally {
      make(MS_UNBINDABLE);
    }
  } finally {
    for (const fd of held) closeSync(fd);
  }
}

/** Whoever comes by does not wait until a large table is parsed: undefined where none is unbindable. */
function tableWithUnbindable(): MountTable | undefined {
  const text = readOwnMountInfo((namespaceRecord.entered as EnteredNamespace).procFd);
  return text.includes(' unbindable ') ? new MountTable(text) : undefined;
}
