import { readPathPlace } from '../src/files/path-place.js';
import { isReadOnly, type Mount } from '../src/mounts/mount.js';
import { printable } from '../src/mounts/printable.js';
import { placeFacts } from './facts.js';
import { buildMessage } from './message.js';
import { checkAbsolutePath } from './subject.js';
import type { MatcherResult, MatcherState } from './types.js';

/**
 * Asserts that nothing can be written at a path because the mount that it lies on is read-only: the mount itself,
 * or its file system everywhere (its superblock). The path need not be a mount point; symbolic links are followed.
 *
 * @throws {TypeError} when the path is not absolute, with and without `.not`.
 * @throws {MountError} when nothing is there (`ENOENT`) or the kernel refuses to look, with and without `.not`.
 * @example
 * ns.mount({ target: '/mnt/test_mount', type: 'tmpfs', flags: ['ro'] });
 * expect('/mnt/test_mount').toBeReadOnly();
 */
export function toBeReadOnly(this: MatcherState, received: unknown): MatcherResult {
  checkAbsolutePath('toBeReadOnly', received);
  const place = readPathPlace(received);
  return {
    pass: isReadOnly(place.mount),
    message: () =>
      buildMessage({
        matcher: 'toBeReadOnly',
        received: 'path',
        isNot: this.isNot,
        subject: printable(received),
        predicate: 'be read-only',
        facts: [['Read-only', whatIsReadOnly(place.mount)], ...placeFacts(place)],
      }),
  };
}

function whatIsReadOnly({ options, superOptions }: Mount): string | undefined {
  const parts = [options.includes('ro') && 'the mount', superOptions.includes('ro') && 'its superblock'];
  return parts.filter(Boolean).join(' and ') || undefined;
}
