import { readPathPlace } from '../src/files/path-place.js';
import type { Propagation } from '../src/mounts/mount.js';
import { printable } from '../src/mounts/printable.js';
import { describeValue, placeFacts } from './facts.js';
import { buildMessage } from './message.js';
import { checkAbsolutePath, isAsymmetric, misuse } from './subject.js';
import type { AsymmetricMatcher, MatcherResult, MatcherState } from './types.js';

/**
 * Asserts the propagation type of the mount at a path (mount_namespaces(7), "SHARED SUBTREES"): exactly that, so
 * a slave that is shared too is `'slave+shared'` and neither of the two. A path that is no mount point fails in
 * both directions. Symbolic links are followed.
 *
 * @throws {TypeError} when the path is not absolute or `kind` is no propagation type, with and without `.not`.
 * @throws {MountError} when nothing is there (`ENOENT`) or the kernel refuses to look, with and without `.not`.
 * @example
 * ns.tmpfs('/mnt/test_mount');
 * expect('/mnt/test_mount').toHavePropagation('private');
 * expect('/mnt/test_mount').not.toHavePropagation(expect.stringContaining('shared'));
 */
export function toHavePropagation(
  this: MatcherState,
  received: unknown,
  kind: Propagation | AsymmetricMatcher,
): MatcherResult {
  checkAbsolutePath('toHavePropagation', received);
  checkKind(kind);
  const place = readPathPlace(received);
  return {
    pass: place.isMountPoint ? this.equals(place.mount.propagation, kind) : this.isNot === true,
    message: () =>
      buildMessage({
        matcher: 'toHavePropagation',
        received: 'path',
        expected: 'kind',
        isNot: this.isNot,
        subject: printable(received),
        predicate: `have the propagation type ${describeValue(kind)}`,
        facts: [['Broken', place.isMountPoint ? undefined : 'it is no mount point'], ...placeFacts(place)],
      }),
  };
}

function checkKind(kind: unknown): void {
  if (isAsymmetric(kind) || KINDS.includes(kind as Propagation)) return;
  throw misuse('toHavePropagation', `the propagation type must be one of ${KINDS.join(', ')}`, kind);
}

const KINDS: readonly Propagation[] = ['private', 'shared', 'slave', 'slave+shared', 'unbindable'];
