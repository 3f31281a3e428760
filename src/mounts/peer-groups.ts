import type { Mount } from './mount.js';

/** The peer groups that some tables show, and which of them are slaves of which (mount_namespaces(7)). */
export class PeerGroups {
  /** The groups that a group is a slave of; `propagate_from` names one that is not the nearest. */
  readonly #masters = new Map<number, Set<number>>();

  constructor(mounts: Iterable<Mount>) {
    for (const mount of mounts) {
      if (mount.peerGroup === undefined) continue;
      const masters = this.#masters.get(mount.peerGroup) ?? new Set();
      this.#masters.set(mount.peerGroup, masters);
      for (const master of mastersOf(mount)) masters.add(master);
    }
  }

  /**
   * The ways on which mounts come to `mount` from the groups that it is a slave of, the shortest first: the numbers of
   * the groups, from its master to the one where the way begins.
   */
  waysTo(mount: Mount): readonly (readonly number[])[] {
    const ways = mastersOf(mount).map((master) => [master]);
    const seen = new Set(ways.flat());
    for (const way of ways) {
      for (const master of this.#masters.get(way.at(-1) as number) ?? []) {
        if (!seen.has(master)) ways.push([...way, master]);
        seen.add(master);
      }
    }
    return ways;
  }

  /** Whether a table shows a mount of the group, and so what that is a slave of. */
  isShown(group: number): boolean {
    return this.#masters.has(group);
  }
}

function mastersOf({ master, propagateFrom }: Mount): number[] {
  return [master, propagateFrom].filter((group) => group !== undefined);
}
