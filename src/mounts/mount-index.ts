import { groupBy } from './group-by.js';
import type { Mount } from './mount.js';

/** Finds the mount that a path lies on, the way that path resolution does. */
export class MountIndex {
  readonly #byMountPoint: ReadonlyMap<string, Mount[]>;
  readonly #ids: ReadonlySet<number>;
  readonly #root: Mount | undefined;

  constructor(mounts: readonly Mount[]) {
    this.#ids = new Set(mounts.map(({ id }) => id));
    this.#byMountPoint = groupBy(mounts, ({ mountPoint }) => mountPoint);
    // Resolution starts at the root directory of the process, not at what is mounted over it.
    this.#root = this.#byMountPoint.get('/')?.findLast((mount) => this.#parentOf(mount) === undefined);
  }

  /**
   * The mount that `path` (absolute, normal) lies on. Below the root, each directory on the way can be covered
   * by mounts on the mount reached so far; what is mounted on anything else there is hidden.
   */
  resolve(path: string): Mount | undefined {
    let reached = this.#root;
    for (let slash = path.indexOf('/', 1); path !== '/'; slash = path.indexOf('/', slash + 1)) {
      reached = this.#climb(reached, slash === -1 ? path : path.slice(0, slash));
      if (slash === -1) break;
    }
    return reached;
  }

  /** From the mount `from` to the top-most of those stacked on it at `mountPoint`. */
  #climb(from: Mount | undefined, mountPoint: string): Mount | undefined {
    const here = this.#byMountPoint.get(mountPoint);
    if (here === undefined) return from;
    const byParent = new Map(here.map((mount) => [this.#parentOf(mount), mount]));
    let reached = from;
    for (let next = byParent.get(reached?.id); next !== undefined; next = byParent.get(reached?.id)) {
      // A table made by hand can hold a circle.
      byParent.delete(reached?.id);
      reached = next;
    }
    return reached;
  }

  // The parent of the root mount is not in the table (or it is itself), and in a chroot(2) the mount that holds
  // the root directory need not be either.
  #parentOf(mount: Mount): number | undefined {
    return mount.parentId !== mount.id && this.#ids.has(mount.parentId) ? mount.parentId : undefined;
  }
}
