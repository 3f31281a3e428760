import { readPathPlace } from '../src/files/path-place.js';
import { mergeOptions } from '../src/mounts/options.js';
import { printable } from '../src/mounts/printable.js';
import { checkExpectedOptions, type ExpectedOptions, sortOptions } from './expected-mount.js';
import { describeValue, placeFacts } from './facts.js';
import { buildMessage, type Fact } from './message.js';
import { checkAbsolutePath, isAsymmetric } from './subject.js';
import type { MatcherResult, MatcherState } from './types.js';

/**
 * Asserts that the mount at a path has all of these options, in any order, among others; with `.not`, that it has
 * none of them. A path that is no mount point fails in both directions. Symbolic links are followed.
 *
 * @param options as mount(8) prints them: `'ro'`, `'nosuid'`, `'size=1024k'`; asymmetric matchers for some of them,
 *   or one for the list of all
 * @throws {TypeError} when the path is not absolute or `options` are none, with and without `.not`.
 * @throws {MountError} when nothing is there (`ENOENT`) or the kernel refuses to look, with and without `.not`.
 * @example
 * ns.tmpfs('/mnt/test_mount', { size: '1m' });
 * expect('/mnt/test_mount').toHaveMountOptions(['nosuid', 'nodev', expect.stringMatching(/^size=/)]);
 * expect('/mnt/test_mount').not.toHaveMountOptions(['ro', 'noexec']);
 */
export function toHaveMountOptions(
  this: MatcherState,
  received: unknown,
  options: ExpectedOptions,
): MatcherResult {
  checkAbsolutePath('toHaveMountOptions', received);
  checkExpectedOptions('toHaveMountOptions', options);
  const place = readPathPlace(received);
  const { pass, facts } = place.isMountPoint
    ? judge(mergeOptions(place.mount), options, this)
    : { pass: this.isNot === true, facts: [['Broken', 'it is no mount point']] as Fact[] };
  return {
    pass,
    message: () =>
      buildMessage({
        matcher: 'toHaveMountOptions',
        received: 'path',
        expected: 'options',
        isNot: this.isNot,
        subject: printable(received),
        predicate: isAsymmetric(options)
          ? `have mount options that match ${describeValue(options)}`
          : `have the mount options ${describeValue(options)}`,
        facts: [...facts, ...placeFacts(place)],
      }),
  };
}

function judge(
  present: readonly string[],
  expected: ExpectedOptions,
  state: MatcherState,
): { pass: boolean; facts: Fact[] } {
  if (isAsymmetric(expected)) return { pass: state.equals(present, expected), facts: [] };
  const { missing, found } = sortOptions(present, expected, state);
  return state.isNot
    ? { pass: found.length > 0, facts: [['Present', describeValue(found)]] }
    : { pass: missing.length === 0, facts: [['Missing', describeValue(missing)]] };
}
