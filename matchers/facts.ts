import { inspect } from 'node:util';
import type { PathPlace } from '../src/files/path-place.js';
import { formatMount } from '../src/mounts/format-mount.js';
import type { MountTable } from '../src/mounts/mount-table.js';
import { printable } from '../src/mounts/printable.js';
import { ownNamespaceId } from '../src/namespace/compare-namespaces.js';
import type { Fact } from './message.js';
import { isAsymmetric } from './subject.js';

/** The facts about a path that the kernel was asked for. */
export function placeFacts({ mount, isMountPoint, mounts }: PathPlace): Fact[] {
  return [[isMountPoint ? 'Mount' : 'Lies on', formatMount(mount)], seenIn(mounts)];
}

/** Where a table of this process was read: the wrong namespace is the first thing to rule out. */
export function seenIn(mounts: MountTable): Fact {
  return ['Seen in', `mnt:[${ownNamespaceId()}], ${mounts.length} mounts`];
}

/** An expected value: text as it is, an asymmetric matcher by its name and what it looks for. */
export function describeValue(value: unknown): string {
  if (typeof value === 'string') return printable(value);
  if (Array.isArray(value)) return value.map(describeValue).join(',');
  if (!isAsymmetric(value)) return inspect(value);
  const { sample, toAsymmetricMatcher } = value as { sample?: unknown; toAsymmetricMatcher?(): string };
  return toAsymmetricMatcher?.call(value) ?? `${String(value)} ${inspect(sample)}`;
}
