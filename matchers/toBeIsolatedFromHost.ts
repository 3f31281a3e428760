import { formatMount } from '../src/mounts/format-mount.js';
import type { Mount } from '../src/mounts/mount.js';
import type { MountTable } from '../src/mounts/mount-table.js';
import { buildMessage } from './message.js';
import { checkAbsolutePath, checkNamespace } from './subject.js';
import type { MatchedNamespace, MatcherResult, MatcherState } from './types.js';

/**
 * Asserts that nothing mounted in a namespace can be seen on the host, now or later.
 *
 * With `path`, all of these hold: the namespace is not the host's; `path` is a mount point inside; the host has
 * no mount there that was not there at entry; the mount is in no peer group with a host mount and no slave of
 * one; the options of its superblock are on the host as they were. Without `path`, the same for every mount.
 *
 * @throws {TypeError} when `received` is no namespace or `path` no absolute path, with and without `.not`.
 * @example
 * ns.tmpfs('/mnt/test_mount');
 * expect(ns).toBeIsolatedFromHost('/mnt/test_mount');
 */
export function toBeIsolatedFromHost(this: MatcherState, received: unknown, path?: string): MatcherResult {
  checkNamespace('toBeIsolatedFromHost', received);
  if (path !== undefined) checkAbsolutePath('toBeIsolatedFromHost', path);
  const breach = findBreach(received, path);
  const mounts = received.mounts();
  const mount = path === undefined ? undefined : mounts.at(path);
  return {
    pass: breach === undefined,
    message: () =>
      buildMessage({
        matcher: 'toBeIsolatedFromHost',
        received: 'ns',
        expected: path === undefined ? '' : 'path',
        isNot: this.isNot,
        expectation: `${path ?? 'every mount'} to be isolated from the host`,
        facts: [
          ['Broken', breach?.condition],
          ['Inside', breach?.inside ?? (mount && formatMount(mount))],
          ['Host', breach?.host],
          ['Seen in', `mnt:[${received.id}], ${mounts.length} mounts; the host is mnt:[${received.host.id}]`],
        ],
      }),
  };
}

interface Breach {
  condition: string;
  inside?: string | undefined;
  host?: string | undefined;
}

function findBreach(ns: MatchedNamespace, path: string | undefined): Breach | undefined {
  if (ns.id === ns.host.id) return { condition: 'the namespace is the one of the host' };
  const inside = ns.mounts();
  const before = ns.host.mountsAtEntry();
  const host = ns.host.mounts();
  if (path === undefined) {
    for (const mount of inside) {
      const breach = findMountBreach(mount, before, host);
      if (breach !== undefined) return breach;
    }
    return undefined;
  }
  const mount = inside.at(path);
  if (mount === undefined) {
    const around = inside.containing(path);
    return {
      condition: `${path} is not a mount point inside`,
      inside: around && `it lies on ${formatMount(around)}`,
    };
  }
  return findMountBreach(mount, before, host);
}

function findMountBreach(mount: Mount, before: MountTable, host: MountTable): Breach | undefined {
  const inside = formatMount(mount);
  const fresh = appearedAt(mount.mountPoint, before, host);
  if (fresh !== undefined) {
    return {
      condition: 'the host has a mount there that was not there at entry',
      inside,
      host: formatMount(fresh),
    };
  }
  for (const other of host) {
    if (mount.peerGroup !== undefined && other.peerGroup === mount.peerGroup) {
      return {
        condition: `the mount is in peer group ${mount.peerGroup} with a mount of the host`,
        inside,
        host: formatMount(other),
      };
    }
    if (mount.master !== undefined && other.peerGroup === mount.master) {
      return {
        condition: `the mount is a slave of peer group ${mount.master} of the host`,
        inside,
        host: formatMount(other),
      };
    }
  }
  return findSuperblockBreach(mount, before, host);
}

function appearedAt(path: string, before: MountTable, host: MountTable): Mount | undefined {
  const known = new Set(before.filter({ mountPoint: path }).map(identity));
  return host.filter({ mountPoint: path }).find((mount) => !known.has(identity(mount)));
}

/** Ids are used again after an unmount, so what is mounted counts too. */
function identity({ id, device, root, mountPoint }: Mount): string {
  return [id, device, root, mountPoint].join(' ');
}

function findSuperblockBreach(mount: Mount, before: MountTable, host: MountTable): Breach | undefined {
  const was = before.find({ device: mount.device });
  const is = host.find({ device: mount.device });
  if (was === undefined || is === undefined) return undefined;
  const [old, now] = [was.superOptions.join(','), is.superOptions.join(',')];
  if (old === now) return undefined;
  return {
    condition: `the superblock options changed on the host from ${old} to ${now}`,
    inside: formatMount(mount),
    host: formatMount(is),
  };
}
