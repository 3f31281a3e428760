import type { MountChange } from '../src/mounts/diff-mounts.js';
import { formatMount } from '../src/mounts/format-mount.js';
import type { Mount } from '../src/mounts/mount.js';
import type { MountTable } from '../src/mounts/mount-table.js';
import { printable } from '../src/mounts/printable.js';
import { buildMessage } from './message.js';
import { checkAbsolutePath, checkNamespace } from './subject.js';
import type { MatchedNamespace, MatcherResult, MatcherState } from './types.js';

/**
 * Asserts that nothing mounted in a namespace can be seen on the host, now or later.
 *
 * With `path`, all of these hold: the namespace is not the host's; `path` is a mount point inside; the host has
 * no mount there that was not there at entry; the mount is in no peer group with a host mount, no slave of one, and
 * none is a slave of it; the options of its superblock are on the host as they were. Without `path`, the same for
 * every mount.
 *
 * @throws {TypeError} when `expect()` was given no namespace or `path` is not absolute, with and without `.not`.
 * @throws {NamespaceError} when the scope has ended.
 * @example
 * ns.tmpfs('/mnt/test_mount');
 * expect(ns).toBeIsolatedFromHost('/mnt/test_mount');
 * expect(ns).toBeIsolatedFromHost();
 */
export function toBeIsolatedFromHost(this: MatcherState, received: unknown, path?: string): MatcherResult {
  checkNamespace('toBeIsolatedFromHost', received);
  if (path !== undefined) checkAbsolutePath('toBeIsolatedFromHost', path);
  const inside = received.mounts();
  const breach = findBreach(received, inside, path);
  return {
    pass: breach === undefined,
    message: () => {
      const mount = path === undefined ? undefined : inside.at(path);
      return buildMessage({
        matcher: 'toBeIsolatedFromHost',
        received: 'ns',
        expected: path === undefined ? '' : 'path',
        isNot: this.isNot,
        subject: path === undefined ? 'every mount' : printable(path),
        predicate: 'be isolated from the host',
        facts: [
          ['Broken', breach?.condition],
          ['Inside', breach?.inside ?? (mount && formatMount(mount))],
          ['Host', breach?.host],
          ['Seen in', `mnt:[${received.id}], ${inside.length} mounts; the host is mnt:[${received.host.id}]`],
        ],
      });
    },
  };
}

interface Breach {
  condition: string;
  inside?: string | undefined;
  host?: string | undefined;
}

function findBreach(ns: MatchedNamespace, inside: MountTable, path: string | undefined): Breach | undefined {
  if (ns.id === ns.host.id) return { condition: 'the namespace is the one of the host' };
  const mount = path === undefined ? undefined : inside.at(path);
  if (path !== undefined && mount === undefined) {
    const around = inside.containing(path);
    return {
      condition: `${printable(path)} is not a mount point inside`,
      inside: around && `it lies on ${formatMount(around)}`,
    };
  }
  const host = new HostView(ns.host.mountsAtEntry(), ns.host.mounts());
  for (const candidate of mount === undefined ? inside : [mount]) {
    const breach = host.breachOf(candidate);
    if (breach !== undefined) return { ...breach, inside: formatMount(candidate) };
  }
  return undefined;
}

/** The host at entry and now, by what a mount inside is compared with. */
class HostView {
  readonly #now: readonly Mount[];
  /** Mounts that are at places where they were not at entry. */
  readonly #fresh: readonly Mount[];
  readonly #changed: readonly MountChange[];

  constructor(before: MountTable, now: MountTable) {
    const { added, changed } = before.diff(now);
    const moved = changed.filter(({ fields }) => fields.includes('mountPoint')).map(({ after }) => after);
    this.#now = [...now];
    this.#fresh = [...added, ...moved];
    this.#changed = changed.filter(({ fields }) => fields.includes('superOptions'));
  }

  breachOf({ mountPoint, peerGroup, master, device }: Mount): Breach | undefined {
    return (
      breach(
        'the host has a mount there that was not there at entry',
        this.#fresh.find((other) => other.mountPoint === mountPoint),
      ) ??
      breach(
        `it is in peer group ${peerGroup} with a mount of the host`,
        peerGroup && this.#now.find((other) => other.peerGroup === peerGroup),
      ) ??
      breach(
        `it is a slave of peer group ${master} of the host`,
        master && this.#now.find((other) => other.peerGroup === master),
      ) ??
      breach(
        `a mount of the host is a slave of its peer group ${peerGroup}`,
        peerGroup && this.#now.find((other) => other.master === peerGroup),
      ) ??
      this.#superblockBreach(device)
    );
  }

  #superblockBreach(device: string): Breach | undefined {
    const change = this.#changed.find(({ after }) => after.device === device);
    if (change === undefined) return undefined;
    const [was, is] = [change.before, change.after].map((mount) =>
      mount.superOptions.map(printable).join(','),
    );
    return breach(`the options of its superblock changed on the host from ${was} to ${is}`, change.after);
  }
}

function breach(condition: string, host: Mount | 0 | undefined): Breach | undefined {
  return host ? { condition, host: formatMount(host) } : undefined;
}
