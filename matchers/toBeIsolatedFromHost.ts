import { formatMount } from '../src/mounts/format-mount.js';
import type { Mount } from '../src/mounts/mount.js';
import type { MountTable } from '../src/mounts/mount-table.js';
import { printable } from '../src/mounts/printable.js';
import { type Breach, HostView } from './host-view.js';
import { buildMessage } from './message.js';
import { checkAbsolutePath, checkNamespace } from './subject.js';
import type { MatchedNamespace, MatcherResult, MatcherState } from './types.js';

/**
 * Asserts that nothing mounted in a namespace can be seen on the host, now or later.
 *
 * With `path`, all of these hold: the namespace is not the host's; `path` is a mount point inside; the mount was the
 * host's at entry, or the host has no other there since and none of it elsewhere; it is in no peer group with a
 * host mount, no slave of one, and none is a slave of it, also not by way of other peer groups; the options of its
 * superblock are on the host as they were. A tie that can't be ruled out fails too: one by way of a peer group that
 * only a third namespace has. Without `path`, the same for every mount.
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
          ['Through', breach?.through],
          ['Host', breach?.host],
          ['Seen in', `mnt:[${received.id}], ${inside.length} mounts; the host is mnt:[${received.host.id}]`],
        ],
      });
    },
  };
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
  const host = new HostView(inside, ns.host.mountsAtEntry(), ns.host.mounts());
  const candidates = mount === undefined ? [...inside] : [mount];
  // What is certain says more than what can't be ruled out, of whatever mount.
  return (
    firstBreach(candidates, (candidate) => host.breachOf(candidate)) ??
    firstBreach(candidates, (candidate) => host.doubtAbout(candidate))
  );
}

function firstBreach(
  mounts: readonly Mount[],
  judge: (mount: Mount) => Breach | undefined,
): Breach | undefined {
  for (const mount of mounts) {
    const breach = judge(mount);
    if (breach !== undefined) return { ...breach, inside: formatMount(mount) };
  }
  return undefined;
}
