import { mountIdOf } from '../../native/statx.cjs';
import type { Mount } from '../mounts/mount.js';
import type { MountTable } from '../mounts/mount-table.js';

/** A directory that was found once: its name may lead elsewhere by now, the descriptor does not. */
export interface Place {
  /** In its normal form. */
  path: string;
  /** `O_PATH` */
  fd: number;
}

/** The mount that `fd` lies on; one that is not in the table can't be told from others. */
export function findMount(table: MountTable, fd: number): Mount | undefined {
  return table.find({ id: mountIdOf('', fd) });
}
