import { compareMountNamespaces, type NamespaceOwner } from '../src/namespace/compare-namespaces.js';
import type { HostNamespace } from '../src/scope/host-namespace.js';
import type { MountNamespace } from '../src/scope/mount-namespace.js';
import { buildMessage } from './message.js';
import { isHost, isNamespace, misuse } from './subject.js';
import type { MatcherResult, MatcherState } from './types.js';

/**
 * Asserts that two processes are in one mount namespace. Each is given by its pid, or as the namespace of a scope
 * (that of this process) or of the host.
 *
 * All scopes of a worker lie in one mount namespace; which of them a process sees is a matter of its root directory.
 *
 * @throws {TypeError} when one of the two is none of these, with and without `.not`.
 * @throws {NamespaceError} when a process is gone (`ENOENT`), or may not be looked at (`EACCES`) and
 *   is none of the host's, with and without `.not`.
 * @example
 * expect(process.pid).toShareMountNamespaceWith(ns);
 * expect(process.ppid).toShareMountNamespaceWith(host);
 */
export function toShareMountNamespaceWith(
  this: MatcherState,
  received: unknown,
  other: number | MountNamespace | HostNamespace,
): MatcherResult {
  const subject = ownerOf(received);
  const object = ownerOf(other);
  const { isSame, ids } = compareMountNamespaces(subject.owner, object.owner);
  return {
    pass: isSame,
    message: () =>
      buildMessage({
        matcher: 'toShareMountNamespaceWith',
        received: subject.word,
        expected: object.word,
        isNot: this.isNot,
        subject: subject.name,
        predicate: `share the mount namespace of ${object.name}`,
        facts: [
          ['Received', `mnt:[${ids[0]}]`],
          ['Expected', `mnt:[${ids[1]}]`],
        ],
      }),
  };
}

function ownerOf(value: unknown): { owner: NamespaceOwner; word: string; name: string } {
  if (typeof value === 'number') return { owner: value, word: 'pid', name: `process ${value}` };
  if (isNamespace(value)) return { owner: 'self', word: 'ns', name: 'this process' };
  if (isHost(value)) return { owner: 'host', word: 'host', name: 'the host' };
  const requirement = 'both sides must be a process id, the namespace of a scope, or the host';
  throw misuse('toShareMountNamespaceWith', requirement, value);
}
