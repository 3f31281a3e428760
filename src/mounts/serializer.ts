import { isInUserNamespace } from '../namespace/user-namespace.cjs';
import { compareText } from './absolute-path.js';
import { isMount, isReadOnly, type Mount } from './mount.js';
import { mountRows } from './mount-rows.js';
import { MountTable } from './mount-table.js';
import { mergeOptions } from './options.js';
import { printable } from './printable.js';
import { StableNames } from './stable-names.js';

/**
 * Prints mount tables, mounts and arrays of them in snapshots, as trees that are the same in every run and on
 * every machine, as far as the mounts are the test's own.
 *
 * It leaves out ids and devices; numbers peer groups, loop devices and directories below os.tmpdir() by first
 * appearance; leaves out options that depend on how the kernel was built or on who mounts, and the ids that root of a
 * user namespace has outside; and of a bind mount whose file system is not among the mounts, prints only whether it is
 * read-only.
 *
 * @example
 * ```ts
 * expect.addSnapshotSerializer(mountSerializer);
 * expect(ns.mounts().under('/srv')).toMatchInlineSnapshot(`
 *   Mounts [
 *     /srv/data: tmpfs tmpfs (rw,relatime,size=1024k), private
 *       /srv/data/inner: tmpfs tmpfs (ro,relatime), shared:1
 *   ]
 * `);
 * ```
 */
export const mountSerializer: MountSerializer = {
  test: (value) => MountTable.isMountTable(value) || isMount(value) || isMountArray(value),
  serialize(value, config, indentation) {
    if (isMount(value)) return stableLines([value])[0] as string;
    const inner = indentation + config.indent;
    const lines = stableLines(value as Iterable<Mount>);
    return lines.length === 0
      ? 'Mounts []'
      : ['Mounts [', ...lines.map((line) => inner + line), `${indentation}]`].join('\n');
  },
};

/** A plugin of pretty-format, as Vitest and Jest take them in `expect.addSnapshotSerializer()`. */
export interface MountSerializer {
  test(value: unknown): boolean;
  serialize(value: unknown, config: { indent: string }, indentation: string): string;
}

function isMountArray(value: unknown): value is Mount[] {
  return Array.isArray(value) && value.length > 0 && value.every(isMount);
}

function stableLines(mounts: Iterable<Mount>): string[] {
  const all = [...mounts];
  const names = new StableNames();
  // Temporary names decide nothing but the numbers: those follow the order in which the mounts were made.
  const places = new Map(all.map((mount) => [mount, names.inText(mount.mountPoint)]));
  const placeOf = (mount: Mount) => places.get(mount) as string;
  const whole = new Set(all.filter(({ root }) => root === '/').map(({ device }) => device));
  const rows = mountRows(all, (a, b) => compareText(placeOf(a), placeOf(b)));
  return Array.from(rows, ({ mount, depth }) => {
    const what =
      whole.has(mount.device) || !mount.root.startsWith('/') ? describe(mount, names) : describePart(mount);
    return `${'  '.repeat(depth)}${printable(placeOf(mount))}: ${what}, ${propagation(mount, names)}`;
  });
}

function describe(mount: Mount, names: StableNames): string {
  const root = mount.root === '/' ? '' : `[${printable(names.inText(mount.root))}]`;
  const options = mergeOptions(mount)
    .filter((option) => !OF_THE_KERNEL.test(option) && !isOwner(option, mount))
    .map((option) => printable(names.inText(option)));
  const source = printable(names.inText(mount.source));
  return `${printable(mount.fsType)} ${source}${root} (${options.join(',')})`;
}

/** In a user namespace, the kernel tells of each tmpfs to whom it belongs, by the ids outside. */
function isOwner(option: string, { fsType }: Mount): boolean {
  return fsType === 'tmpfs' && /^[ug]id=\d+$/.test(option) && isInUserNamespace();
}

/**
 * A part of a file system that the test did not make: its type, source and options are the machine's, and so is
 * the path there, since what is a directory on one machine is a file system of its own on another.
 */
function describePart(mount: Mount): string {
  return `<elsewhere> (${isReadOnly(mount) ? 'ro' : 'rw'})`;
}

function propagation(mount: Mount, names: StableNames): string {
  const group = (number: number | undefined) => names.numberOf('peer', number ?? 0);
  const parts = mount.propagation.split('+').map((kind) => {
    if (kind === 'shared') return `shared:${group(mount.peerGroup)}`;
    return kind === 'slave' ? `slave:${group(mount.master)}` : kind;
  });
  return parts.join('+');
}

// tmpfs prints one of the first with CONFIG_TMPFS_INODE64 only, SELinux adds the second to everything, and what
// overlay prints of the others depends on its defaults, on the file systems below, and on who mounts it.
const OF_THE_KERNEL =
  /^(?:inode(?:32|64)|seclabel|userxattr|(?:uuid|xino|index|redirect_dir|metacopy|nfs_export)=.*)$/;
