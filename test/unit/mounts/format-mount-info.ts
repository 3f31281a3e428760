import type { Mount } from '../../../src/mounts/mount.js';
import { encodeOctal } from '../../../src/mounts/octal.js';

/**
 * Prints mounts as `/proc/PID/mountinfo` does, the reverse of `parseMountInfo`. For a file, take the bytes:
 * `encodePath(formatMountInfo(mounts))`.
 */
export function formatMountInfo(mounts: Iterable<Mount>): string {
  return Array.from(mounts, (mount) => `${formatLine(mount)}\n`).join('');
}

function formatLine(mount: Mount): string {
  const optional: string[] = [];
  if (mount.peerGroup !== undefined) optional.push(`shared:${mount.peerGroup}`);
  if (mount.master !== undefined) optional.push(`master:${mount.master}`);
  if (mount.propagateFrom !== undefined) optional.push(`propagate_from:${mount.propagateFrom}`);
  if (mount.propagation === 'unbindable') optional.push('unbindable');
  return [
    mount.id,
    mount.parentId,
    mount.device,
    encodeOctal(mount.root, IN_PATHS),
    encodeOctal(mount.mountPoint, IN_PATHS),
    formatOptions(mount.options),
    ...optional,
    ...mount.unknownFields.map(formatUnknown),
    '-',
    encodeOctal(mount.fsType, IN_NAMES),
    encodeOctal(mount.source, IN_NAMES),
    formatOptions(mount.superOptions),
  ].join(' ');
}

// What only looks like a known field, or like the separator, must not be read as one.
function formatUnknown(field: string): string {
  return KNOWN_FIELD.test(field) ? encodeOctal(field, FIRST) : encodeOctal(field, IN_NAMES);
}

function formatOptions(options: readonly string[]): string {
  return options.map((option) => encodeOctal(option, setOf(option))).join(',');
}

function setOf(option: string): RegExp {
  if (QUOTED_CONTEXT.test(option)) return IN_QUOTES;
  // What only looks like a quoted context must not be read as one.
  return option.includes('context="') ? IN_OPTIONS_AND_QUOTES : IN_OPTIONS;
}

// The sets of fs/proc_namespace.c, fs/overlayfs/params.c and security/selinux/hooks.c.
const IN_PATHS = /[ \t\n\\]/g;
const IN_NAMES = /[ \t\n\\#]/g;
const IN_OPTIONS = /[ \t\n\\,]/g;
const IN_OPTIONS_AND_QUOTES = /[ \t\n\\,"]/g;
const FIRST = /^./;
const KNOWN_FIELD = /^(?:-|unbindable|(?:shared|master|propagate_from):\d+)$/;
const IN_QUOTES = /[ \t\n\\]/g;
const QUOTED_CONTEXT = /^(?:fs|def|root)?context="[^"]*"$/;
