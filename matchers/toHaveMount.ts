import { absolutePath } from '../src/mounts/absolute-path.js';
import { formatMount } from '../src/mounts/format-mount.js';
import { MountTable } from '../src/mounts/mount-table.js';
import { printable } from '../src/mounts/printable.js';
import {
  checkExpectedMount,
  describeExpectedMount,
  differenceOf,
  type ExpectedMount,
} from './expected-mount.js';
import { buildMessage } from './message.js';
import { checkAbsolutePath, isHost, mountsOf } from './subject.js';
import type { AsymmetricMatcher, MatcherResult, MatcherState } from './types.js';

/**
 * Asserts that a namespace, the host or a mount table has a mount at a path, and optionally what. It is looked up
 * as text in the table: symbolic links are not followed. What another mount hides does not count.
 *
 * @throws {TypeError} when `expect()` was given none of these, `path` is not absolute, or `expected` has an unknown
 *   name or an unusable value, with and without `.not`.
 * @throws {ExplainedError} called `ReadMountsError`, when the table can't be read.
 * @example
 * ns.tmpfs('/mnt/test_mount');
 * expect(ns).toHaveMount('/mnt/test_mount', { type: 'tmpfs' });
 * expect(host).not.toHaveMount('/mnt/test_mount');
 * expect(readMounts(process.ppid)).toHaveMount('/proc', { type: 'proc' });
 */
export function toHaveMount(
  this: MatcherState,
  received: unknown,
  path: string,
  expected: ExpectedMount | AsymmetricMatcher = {},
): MatcherResult {
  checkAbsolutePath('toHaveMount', path);
  checkExpectedMount('toHaveMount', expected);
  const mounts = mountsOf('toHaveMount', received);
  const mountPoint = absolutePath(path);
  const mount = mounts.at(mountPoint);
  const difference = mount ? differenceOf(mount, expected, this) : 'nothing is mounted there';
  const description = describeExpectedMount(expected);
  return {
    pass: difference === undefined,
    message: () => {
      const { name, subject, seenIn } = describeSubject(received);
      const around = mount === undefined ? mounts.containing(mountPoint) : undefined;
      const hidden = mount === undefined ? mounts.find({ mountPoint }) : undefined;
      return buildMessage({
        matcher: 'toHaveMount',
        received: name,
        expected: description === '' ? 'path' : 'path, expected',
        isNot: this.isNot,
        subject,
        predicate: `have a mount at ${printable(mountPoint)}${description}`,
        facts: [
          ['Broken', difference],
          ['Mount', mount && formatMount(mount)],
          ['Lies on', around && formatMount(around)],
          ['Hidden', hidden && formatMount(hidden)],
          ['Seen in', `${seenIn}${mounts.length} mounts`],
        ],
      });
    },
  };
}

function describeSubject(received: unknown): { name: string; subject: string; seenIn: string } {
  if (MountTable.isMountTable(received)) return { name: 'table', subject: 'the table', seenIn: '' };
  const seenIn = `mnt:[${(received as { id: number }).id}], `;
  return isHost(received)
    ? { name: 'host', subject: 'the host', seenIn }
    : { name: 'ns', subject: 'the namespace', seenIn };
}
