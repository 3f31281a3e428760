import { formatMount } from '../src/mounts/format-mount.js';
import type { Mount } from '../src/mounts/mount.js';
import { readMounts } from '../src/mounts/read-mounts.js';
import { checkOptions } from '../src/operations/options.js';
import { buildMessage } from './message.js';
import { checkAbsolutePath } from './subject.js';
import type { MatcherResult, MatcherState } from './types.js';

/** What is expected of a mount; each value may be an asymmetric matcher. */
export interface ExpectedMount {
  /** Type of the file system. */
  type?: string;
  /** Whatever the file system calls its source. */
  source?: string;
  /** Options that the mount or its superblock has, in any order, others allowed. */
  options?: readonly string[];
}

/**
 * Asserts that something is mounted exactly at a path, as this process sees it.
 *
 * @throws {TypeError} when `received` is no absolute path or `expected` holds an unknown name, with and
 *   without `.not`.
 * @example
 * expect('/mnt/test_mount').toBeMountPoint({ type: 'tmpfs', options: ['nosuid', 'nodev'] });
 */
export function toBeMountPoint(
  this: MatcherState,
  received: unknown,
  expected: ExpectedMount = {},
): MatcherResult {
  checkAbsolutePath('toBeMountPoint', received);
  checkOptions('toBeMountPoint', expected, ['type', 'source', 'options']);
  const mounts = readMounts('self');
  const mount = mounts.at(received);
  const difference = mount && findDifference(mount, expected, this);
  const around = mounts.containing(received);
  return {
    pass: mount !== undefined && difference === undefined,
    message: () =>
      buildMessage({
        matcher: 'toBeMountPoint',
        received: 'path',
        expected: Object.keys(expected).length === 0 ? '' : 'expected',
        isNot: this.isNot,
        expectation: `${received} to be a mount point${describeExpected(expected)}`,
        facts: [
          ['Broken', mount === undefined ? 'nothing is mounted there' : difference],
          ['Mount', mount && formatMount(mount)],
          ['Lies on', mount === undefined && around !== undefined ? formatMount(around) : undefined],
        ],
      }),
  };
}

function findDifference(
  mount: Mount,
  { type, source, options }: ExpectedMount,
  state: MatcherState,
): string | undefined {
  if (type !== undefined && !state.equals(mount.fsType, type)) return `its type is ${mount.fsType}`;
  if (source !== undefined && !state.equals(mount.source, source)) return `its source is ${mount.source}`;
  if (options === undefined) return undefined;
  const present = [...new Set([...mount.options, ...mount.superOptions])];
  if (!Array.isArray(options))
    return state.equals(present, options) ? undefined : `its options are ${present.join(',')}`;
  const missing = options.filter((option) => !present.some((other) => state.equals(other, option)));
  return missing.length === 0 ? undefined : `it lacks ${missing.join(',')}`;
}

function describeExpected({ type, source, options }: ExpectedMount): string {
  const parts = [
    type !== undefined && `type ${String(type)}`,
    source !== undefined && `source ${String(source)}`,
    options !== undefined && `options ${String(options)}`,
  ].filter(Boolean);
  return parts.length === 0 ? '' : ` with ${parts.join(', ')}`;
}
