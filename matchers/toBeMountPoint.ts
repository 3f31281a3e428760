import { unless } from '../native/unless.cjs';
import { readPathPlace } from '../src/files/path-place.js';
import { printable } from '../src/mounts/printable.js';
import { readMounts } from '../src/mounts/read-mounts.js';
import {
  checkExpectedMount,
  describeExpectedMount,
  differenceOf,
  type ExpectedMount,
} from './expected-mount.js';
import { placeFacts, seenIn } from './facts.js';
import { buildMessage } from './message.js';
import { checkAbsolutePath } from './subject.js';
import type { AsymmetricMatcher, MatcherResult, MatcherState } from './types.js';

/**
 * Asserts that something is mounted exactly at a path, as this process sees it, and optionally what. Symbolic
 * links are followed. A path where nothing is, is no mount point.
 *
 * @throws {TypeError} when the path is not absolute or `expected` has an unknown name or an unusable value, with
 *   and without `.not`.
 * @throws {MountError} when the kernel refuses to look at the path, with and without `.not`.
 * @example
 * ns.tmpfs('/mnt/test_mount', { size: '1m' });
 * expect('/mnt/test_mount').toBeMountPoint();
 * expect('/mnt/test_mount').toBeMountPoint({ type: 'tmpfs', options: ['nosuid', expect.stringMatching(/^size=/)] });
 */
export function toBeMountPoint(
  this: MatcherState,
  received: unknown,
  expected: ExpectedMount | AsymmetricMatcher = {},
): MatcherResult {
  checkAbsolutePath('toBeMountPoint', received);
  checkExpectedMount('toBeMountPoint', expected);
  const place = unless(['ENOENT', 'ENOTDIR'], () => readPathPlace(received));
  const difference = place?.isMountPoint
    ? differenceOf(place.mount, expected, this)
    : 'nothing is mounted there';
  const predicate = `be a mount point${describeExpectedMount(expected)}`;
  return {
    pass: difference === undefined,
    message: () =>
      buildMessage({
        matcher: 'toBeMountPoint',
        received: 'path',
        expected: predicate === 'be a mount point' ? '' : 'expected',
        isNot: this.isNot,
        subject: printable(received),
        predicate,
        facts: [
          ['Broken', place === undefined ? 'there is no such file or directory' : difference],
          ...(place === undefined ? [seenIn(readMounts('self'))] : placeFacts(place)),
        ],
      }),
  };
}
