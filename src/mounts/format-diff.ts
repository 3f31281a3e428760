import type { MountChange, MountDiff } from './diff-mounts.js';
import { formatMount } from './format-mount.js';
import type { Mount } from './mount.js';
import { printable } from './printable.js';

/**
 * A difference for people, a line a mount: `-` removed, `+` added, `~` changed. Empty if there is none.
 *
 * @example
 * ```ts
 * formatDiff(before.diff(after));
 * // - tmpfs on /a type tmpfs (rw,relatime), private
 * // + tmpfs on /b type tmpfs (rw,relatime), private
 * // ~ /data: options rw,relatime → ro,relatime
 * ```
 */
export function formatDiff({ removed, added, changed }: MountDiff): string {
  return [
    ...removed.map((mount) => `- ${formatMount(mount)}`),
    ...added.map((mount) => `+ ${formatMount(mount)}`),
    ...changed.map((change) => `~ ${formatChange(change)}`),
  ].join('\n');
}

function formatChange({ before, after, fields }: MountChange): string {
  const changes = fields.map((field) =>
    field === 'parentId'
      ? 'on top of another mount'
      : `${field} ${formatValue(before[field])} → ${formatValue(after[field])}`,
  );
  return `${printable(before.mountPoint)}: ${changes.join(', ')}`;
}

function formatValue(value: Mount[keyof Mount]): string {
  if (value === undefined) return 'none';
  return typeof value === 'object' ? value.map(printable).join(',') : printable(String(value));
}
