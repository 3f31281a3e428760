import { closeSync } from 'node:fs';
import { openDirectory } from '../../native/directories.cjs';
import { processWide } from '../../native/process-wide.cjs';
import { isSameLocation, type Location, locationOf } from '../../native/statx.cjs';

/** Where a tree is entered from: what it takes to go back there without a path. */
export interface Home {
  /** Descriptors. */
  readonly root: number;
  readonly cwd: number;
  /** The id of the mount that the root directory lies on. */
  readonly rootId: number;
  /** The id of the mount on top of `/`. */
  readonly baseId: number;
  /** Whether the root directory is certainly that of the last one that could be kept. */
  readonly isSameRoot: boolean;
}

interface HomeOptions {
  /** Where the working directory is. */
  here: Location;
  /** Whether descriptors may be kept for the next one. */
  canKeep: boolean;
  /** Takes a descriptor that is not kept, to be closed when the tree is left. */
  closing: (fd: number) => void;
}

interface Kept {
  readonly fd: number;
  readonly location: Location;
}

/** Most scopes are entered from where the one before was. */
const kept = processWide<{ root?: Kept; cwd?: Kept }>('home', () => ({}));

/** Nothing is kept that holds a mount on: only what lies on the mount of the root directory. */
export function openHome({ here, canKeep, closing }: HomeOptions): Home {
  const top = locationOf('/..');
  const last = kept.root?.fd;
  const open = (name: keyof typeof kept, path: string, location: Location, mayKeep: boolean): Kept => {
    const before = kept[name];
    if (mayKeep && before !== undefined && isSameLocation(before.location, location)) return before;
    const opened = openLocation(path);
    if (!mayKeep || !isSameLocation(opened.location, location)) {
      closing(opened.fd);
      return opened;
    }
    // After the new one is open: a number that means another directory now would be taken for the same.
    kept[name] = opened;
    if (before !== undefined) closeSync(before.fd);
    return opened;
  };
  const root = open('root', '/', top, canKeep);
  const cwd = open('cwd', '.', here, root === kept.root && here.mountId === top.mountId);
  return {
    root: root.fd,
    rootId: root.location.mountId,
    cwd: cwd.fd,
    baseId: top.mountId,
    isSameRoot: root.fd === last,
  };
}

function openLocation(path: string): Kept {
  const fd = openDirectory(path);
  try {
    return { fd, location: locationOf('', fd) };
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}
