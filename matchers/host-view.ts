import type { MountChange } from '../src/mounts/diff-mounts.js';
import { formatMount } from '../src/mounts/format-mount.js';
import type { Mount } from '../src/mounts/mount.js';
import type { MountTable } from '../src/mounts/mount-table.js';
import { PeerGroups } from '../src/mounts/peer-groups.js';
import { printable } from '../src/mounts/printable.js';

/** What ties a mount inside to the host, and the lines of the tables that show it. */
export interface Breach {
  condition: string;
  inside?: string | undefined;
  through?: string | undefined;
  host?: string | undefined;
}

/** The host at entry and now, by what a mount inside is compared with. */
export class HostView {
  readonly #before: MountTable;
  readonly #now: readonly Mount[];
  /** Mounts that are at places where they were not at entry. */
  readonly #fresh: readonly Mount[];
  readonly #changed: readonly MountChange[];
  readonly #shown: readonly Mount[];
  readonly #groups: PeerGroups;

  constructor(inside: MountTable, before: MountTable, now: MountTable) {
    const { added, changed } = before.diff(now);
    const moved = changed.filter(({ fields }) => fields.includes('mountPoint')).map(({ after }) => after);
    this.#before = before;
    this.#now = [...now];
    this.#fresh = [...added, ...moved];
    this.#changed = changed.filter(({ fields }) => fields.includes('superOptions'));
    this.#shown = [...inside, ...now];
    this.#groups = new PeerGroups(this.#shown);
  }

  breachOf(mount: Mount): Breach | undefined {
    const { device, root, mountPoint, peerGroup } = mount;
    // On what it had itself it may mount more, as autofs does.
    const isInherited = this.#before.find({ device, root, mountPoint });
    return (
      breach(
        'the host has a mount there that was not there at entry',
        isInherited ? 0 : this.#fresh.find((other) => other.mountPoint === mountPoint),
      ) ??
      breach(
        `it is in peer group ${peerGroup} with a mount of the host`,
        peerGroup && this.#now.find((other) => other.peerGroup === peerGroup),
      ) ??
      this.#masterBreach(mount) ??
      this.#slaveBreach(mount) ??
      breach('the host sees it too, on a file system that it did not have at entry', this.#copyOf(mount)) ??
      this.#superblockBreach(mount)
    );
  }

  /**
   * What can't be ruled out: of a peer group that is in a third namespace alone, no table here shows what it is a
   * slave of. All mounts that are tied are copies of one, so only those of the same file system count. What a mount of the
   * host was a slave of at entry is older than the groups inside, where all was private then, and takes nothing from them.
   */
  doubtAbout(mount: Mount): Breach | undefined {
    const kin = this.#now.filter(({ device }) => device === mount.device);
    const master = this.#unknownMasterOf(mount);
    const source = kin.find(({ peerGroup }) => peerGroup !== undefined);
    if (master !== undefined && source !== undefined) {
      const condition = `it is a slave of peer group ${master}, and no mount of that is in either table:\nmounts of the host may come to it through a third namespace`;
      return breach(condition, source);
    }
    const slave =
      mount.peerGroup &&
      kin.find(
        (other) =>
          this.#unknownMasterOf(other) !== undefined &&
          this.#before.find({ id: other.id, master: other.master }) === undefined,
      );
    return slave
      ? breach(
          `a mount of the host is a slave of peer group ${this.#unknownMasterOf(slave)}, and no mount of that is in either table:\nwhat is mounted below may come to the host through a third namespace`,
          slave,
        )
      : undefined;
  }

  #masterBreach(mount: Mount): Breach | undefined {
    for (const way of this.#groups.waysTo(mount)) {
      const master = this.#now.find(({ peerGroup }) => peerGroup === way.at(-1));
      if (master !== undefined) return this.#tie(`it is ${slaveOf(way)} of the host`, way, master);
    }
    return undefined;
  }

  #slaveBreach({ peerGroup }: Mount): Breach | undefined {
    if (peerGroup === undefined) return undefined;
    for (const slave of this.#now) {
      const way = this.#groups.waysTo(slave).find((groups) => groups.at(-1) === peerGroup);
      if (way !== undefined) return this.#tie(`a mount of the host is ${slaveOf(way, 'its ')}`, way, slave);
    }
    return undefined;
  }

  #tie(condition: string, way: readonly number[], host: Mount): Breach {
    const between = way.slice(0, -1).map((group) => this.#shown.find(({ peerGroup }) => peerGroup === group));
    const lines = between.map((mount) => mount && formatMount(mount)).filter((line) => line !== undefined);
    return { ...breach(condition, host), through: lines.join('\n') || undefined };
  }

  #unknownMasterOf(mount: Mount): number | undefined {
    const groups = this.#groups.waysTo(mount).flat();
    return groups.find((group) => !this.#groups.isShown(group));
  }

  /** Of whatever directory of the file system: who sees one part of it may see the other. */
  #copyOf({ device }: Mount): Mount | undefined {
    const copy = this.#fresh.find((other) => other.device === device);
    return this.#before.find({ device }) === undefined ? copy : undefined;
  }

  #superblockBreach({ device }: Mount): Breach | undefined {
    const change = this.#changed.find(({ after }) => after.device === device);
    if (change === undefined) return undefined;
    const [was, is] = [change.before, change.after].map((mount) =>
      mount.superOptions.map(printable).join(','),
    );
    return breach(`the options of its superblock changed on the host from ${was} to ${is}`, change.after);
  }
}

/** `a slave of peer group 42, a slave of peer group 41`; `whose` is said of the last. */
function slaveOf(way: readonly number[], whose = ''): string {
  const names = way.map((group, index) => `${index === way.length - 1 ? whose : ''}peer group ${group}`);
  return `a slave of ${names.join(', a slave of ')}`;
}

function breach(condition: string, host: Mount): Breach;
function breach(condition: string, host: Mount | 0 | undefined): Breach | undefined;
function breach(condition: string, host: Mount | 0 | undefined): Breach | undefined {
  return host ? { condition, host: formatMount(host) } : undefined;
}
