import type { Mount } from '../src/mounts/mount.js';
import { mergeOptions } from '../src/mounts/options.js';
import { checkOptions } from '../src/operations/options.js';
import { describeValue } from './facts.js';
import { isAsymmetric, misuse } from './subject.js';
import type { AsymmetricMatcher, MatcherState } from './types.js';

/** What is expected of a mount; each value may be an asymmetric matcher. */
export interface ExpectedMount {
  /** Type of the file system, as in `/proc/filesystems`; with its subtype, `'fuse.sshfs'`. */
  type?: string | AsymmetricMatcher;
  /** Whatever the file system calls its source. */
  source?: string | AsymmetricMatcher;
  /** Options that it has, in any order, others allowed. */
  options?: ExpectedOptions;
}

/**
 * Options of a mount, of the mount itself and of its superblock in one list, as mount(8) prints them: the first is
 * `ro` if one of the two is, else `rw`. An asymmetric matcher in place of the array is given all of them.
 */
export type ExpectedOptions = readonly (string | AsymmetricMatcher)[] | AsymmetricMatcher;

/**
 * Refuses what says nothing, or nothing known, about a mount.
 *
 * @throws {TypeError} naming the value.
 */
export function checkExpectedMount(
  matcher: string,
  expected: unknown,
): asserts expected is ExpectedMount | AsymmetricMatcher {
  if (isAsymmetric(expected)) return;
  checkOptions(matcher, expected, ['type', 'source', 'options']);
  for (const [name, value] of Object.entries(expected as ExpectedMount)) {
    if (name === 'options') checkExpectedOptions(matcher, value);
    else if (typeof value !== 'string' && !isAsymmetric(value)) {
      throw misuse(matcher, `${name} must be a string or an asymmetric matcher`, value);
    }
  }
}

/**
 * Refuses what are no options, no single ones, or none that a kernel prints: no mount has those, so that all would pass
 * with `.not`. An empty list too: every mount would pass.
 *
 * @throws {TypeError} naming the value.
 */
export function checkExpectedOptions(matcher: string, options: unknown): asserts options is ExpectedOptions {
  if (isAsymmetric(options)) return;
  const isList = Array.isArray(options) && options.length > 0;
  if (!isList || !options.every((option) => typeof option === 'string' || isAsymmetric(option)))
    throw misuse(matcher, 'the options must be a list of strings or asymmetric matchers, not empty', options);
  for (const option of options) {
    if (typeof option !== 'string') continue;
    if (!IS_ONE.test(option)) throw misuse(matcher, 'each option must be one by itself', option);
    if (UNPRINTED.test(option))
      throw misuse(matcher, 'each option must be as the kernel prints it (noexec, ro, size=64k)', option);
  }
}

/** What mount(8) takes, and the kernel prints by its opposite, by another name or not at all. */
const UNPRINTED =
  /^(async|atime|defaults|dev|diratime|exec|norelatime|readonly|size=.*%|strictatime|suid|symfollow)$/;

/** With a value, what behind its `=` has a comma is part of it. */
const IS_ONE = /^[^,]+$|^[^,]+=/;

/** How `mount` differs from what is expected, or undefined. */
export function differenceOf(
  mount: Mount,
  expected: ExpectedMount | AsymmetricMatcher,
  state: MatcherState,
): string | undefined {
  const { fsType: type, source } = mount;
  const options = mergeOptions(mount);
  if (isAsymmetric(expected)) {
    return state.equals({ type, source, options }, expected) ? undefined : 'it does not match';
  }
  const differences = [
    'type' in expected && !state.equals(type, expected.type) && `its type is ${describeValue(type)}`,
    'source' in expected &&
      !state.equals(source, expected.source) &&
      `its source is ${describeValue(source)}`,
    expected.options !== undefined && differenceInOptions(options, expected.options, state),
  ];
  return differences.filter(Boolean).join(', ') || undefined;
}

/** The expected options that are not among those of a mount, and those that are. */
export function sortOptions(
  present: readonly string[],
  expected: readonly (string | AsymmetricMatcher)[],
  state: MatcherState,
): { missing: readonly unknown[]; found: readonly unknown[] } {
  const isThere = (option: unknown) =>
    present.some((other) =>
      typeof option === 'string' ? byValue(other) === byValue(option) : state.equals(other, option),
    );
  return { missing: expected.filter((option) => !isThere(option)), found: expected.filter(isThere) };
}

/** With a number in one form: a tmpfs takes `size=1m` and `mode=0700`, and prints `size=1024k` and `mode=700`. */
function byValue(option: string): string {
  return option.replace(
    /=(\d+)([kmgt]?)$/i,
    (_, count, unit) => `=${Number(count) * 1024 ** ' kmgt'.indexOf(unit.toLowerCase() || ' ')}`,
  );
}

/** The expectation in words, behind "a mount" or "a mount point". */
export function describeExpectedMount(expected: ExpectedMount | AsymmetricMatcher): string {
  if (isAsymmetric(expected)) return ` that matches ${describeValue(expected)}`;
  const parts = Object.entries(expected).map(([name, value]) => `${name} ${describeValue(value)}`);
  return parts.length === 0 ? '' : ` with ${parts.join(', ')}`;
}

function differenceInOptions(
  present: readonly string[],
  expected: ExpectedOptions,
  state: MatcherState,
): string | undefined {
  if (isAsymmetric(expected)) {
    return state.equals(present, expected) ? undefined : `its options are ${describeValue(present)}`;
  }
  const { missing } = sortOptions(present, expected, state);
  return missing.length === 0 ? undefined : `it lacks ${describeValue(missing)}`;
}
