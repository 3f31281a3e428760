import { formatPropagation, formatSource } from './format-mount.js';
import type { Mount } from './mount.js';
import { type MountRow, mountRows } from './mount-rows.js';
import { mergeOptions } from './options.js';
import { type Paint, paint } from './paint.js';
import { printable } from './printable.js';

/**
 * Mounts as a tree with columns, as findmnt(8) prints them.
 *
 * @example
 * ```ts
 * formatTree(readMounts('self'));
 * // TARGET     SOURCE    FSTYPE PROPAGATION OPTIONS
 * // /          /dev/sda1 ext4   private     rw,relatime
 * // └─/proc    proc      proc   private     rw,relatime
 * ```
 */
export function formatTree(mounts: Iterable<Mount>, { colour = false }: { colour?: boolean } = {}): string {
  const rows = Array.from(mountRows(mounts), cellsOf);
  if (rows.length === 0) return 'no mounts';
  const widths = HEADER.map((name, column) =>
    rows.reduce((width, row) => Math.max(width, widthOf(row.cells[column] as string)), name.length),
  );
  const pad = (text: string, column: number) =>
    column === HEADER.length - 1 ? text : text + ' '.repeat((widths[column] as number) - widthOf(text) + 1);
  const colours = paint(colour);
  const header = HEADER.map((name, column) => colours.bold(pad(name, column))).join('');
  const lines = rows.map((row) => paintRow(row, row.cells.map(pad), colours));
  return [header, ...lines].join('\n');
}

interface Row extends MountRow {
  readonly cells: readonly string[];
}

function cellsOf(row: MountRow): Row {
  const { mount, guides } = row;
  const cells = [
    guides + printable(mount.mountPoint),
    formatSource(mount),
    printable(mount.fsType),
    formatPropagation(mount),
    mergeOptions(mount).map(printable).join(','),
  ];
  return { ...row, cells };
}

function paintRow({ mount, guides }: Row, padded: readonly string[], colours: Paint): string {
  const [target = '', source = '', fsType = '', propagation = '', options = ''] = padded;
  const isTied = mount.peerGroup !== undefined || mount.master !== undefined;
  return [
    colours.dim(guides) + target.slice(guides.length),
    source,
    colours.cyan(fsType),
    isTied ? colours.yellow(propagation) : propagation,
    options.startsWith('ro') ? colours.red('ro') + options.slice(2) : options,
  ].join('');
}

// Characters, not UTF-16 units.
function widthOf(text: string): number {
  let width = 0;
  for (const _ of text) width++;
  return width;
}

const HEADER = ['TARGET', 'SOURCE', 'FSTYPE', 'PROPAGATION', 'OPTIONS'];
