import { groupBy } from './group-by.js';
import type { Mount } from './mount.js';

/** A mount at its place in the tree that the mounts form by their parents. */
export interface MountRow {
  readonly mount: Mount;
  /** 0 for a mount whose parent is not among the mounts. */
  readonly depth: number;
  /** The lines that join it with its parent, as findmnt(8) draws them. */
  readonly guides: string;
}

/**
 * The mounts from the top of their tree down, each exactly once, children in the order given or in that of
 * `compare`. Not recursive: mounts can be stacked as deep as the kernel lets them be.
 */
export function* mountRows(
  mounts: Iterable<Mount>,
  compare?: (a: Mount, b: Mount) => number,
): Generator<MountRow> {
  const ordered = compare === undefined ? [...mounts] : [...mounts].sort(compare);
  const byId = new Map(ordered.map((mount) => [mount.id, mount]));
  const childrenOf = groupBy(ordered, (mount) => {
    const parent = byId.get(mount.parentId);
    return parent === mount ? undefined : parent;
  });
  const drawn = new Set<Mount>();
  // A table made by hand can hold a circle, which no root leads to.
  for (const root of [...(childrenOf.get(undefined) ?? []), ...ordered]) {
    const pending: Pending[] = [{ mount: root, depth: 0, guides: '', below: '' }];
    for (let row = pending.pop(); row !== undefined; row = pending.pop()) {
      if (drawn.has(row.mount)) continue;
      drawn.add(row.mount);
      yield row;
      const children = childrenOf.get(row.mount) ?? [];
      for (let index = children.length - 1; index >= 0; index--) {
        pending.push(childRow(row, children[index] as Mount, index === children.length - 1));
      }
    }
  }
}

interface Pending extends MountRow {
  /** The guides that every row below starts with. */
  readonly below: string;
}

function childRow({ depth, below }: Pending, mount: Mount, isLast: boolean): Pending {
  return {
    mount,
    depth: depth + 1,
    guides: below + (isLast ? '└─' : '├─'),
    below: below + (isLast ? '  ' : '│ '),
  };
}
