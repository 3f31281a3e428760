import { totalmem } from 'node:os';
import { MOUNT_ATTR_NODEV, MOUNT_ATTR_NOSUID } from '../../native/constants.cjs';
import { invalidArgument } from '../errors/invalid-argument.js';
import { type MountFlag, mountAttributes } from '../mounts/mount-flags.js';
import { attachFileSystem } from './mount.js';
import { checkOptions } from './options.js';

/** Options of a tmpfs (tmpfs(5)). */
export interface TmpfsOptions {
  /** Upper limit of its contents: bytes, or text with `k`, `m`, `g` or `%` (of memory) behind a whole number. */
  size?: number | string | undefined;
  /** Upper limit of files and directories, a count. */
  inodes?: number | undefined;
  /** Permission bits of its root, `0o1777` when left out. */
  mode?: number | undefined;
  /** Flags besides `nosuid` and `nodev`. */
  flags?: readonly MountFlag[] | undefined;
}

/** Mounts an empty tmpfs with `nosuid` and `nodev`. */
export function mountTmpfs(target: string, options: TmpfsOptions): void {
  checkOptions('tmpfs', options, ['size', 'inodes', 'mode', 'flags']);
  const { flags = [] } = options;
  attachFileSystem({
    target,
    type: 'tmpfs',
    attributes: mountAttributes(flags) | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV,
    options: tmpfsOptions(options),
  });
}

function tmpfsOptions({ size, inodes, mode }: TmpfsOptions): Record<string, string> {
  return {
    ...(size === undefined ? {} : { size: checkSize(size) }),
    ...(inodes === undefined ? {} : { nr_inodes: checkCount(inodes) }),
    ...(mode === undefined ? {} : { mode: checkMode(mode) }),
  };
}

function checkSize(size: unknown): string {
  const isSize =
    typeof size === 'number'
      ? Number.isSafeInteger(size) && size > 0
      : typeof size === 'string' && /^[1-9]\d*[kmgt%]?$/i.test(size);
  if (!isSize) throw invalidArgument("size must be bytes or text such as '64k', '1m' or '50%'", size);
  const [, count, unit = ''] = /^(\d+)(.?)$/.exec(String(size)) as unknown as [string, string, string];
  // The kernel would go on counting from 0.
  const factor =
    unit === '%' ? BigInt(totalmem()) : 1024n ** BigInt(' kmgt'.indexOf(unit.toLowerCase() || ' '));
  if (BigInt(count) * factor >= 2n ** 63n) throw invalidArgument('size must be below 2^63 bytes', size);
  return String(size);
}

function checkCount(inodes: unknown): string {
  if (!Number.isSafeInteger(inodes) || (inodes as number) <= 0) {
    throw invalidArgument('inodes must be a whole number above 0', inodes);
  }
  return String(inodes);
}

function checkMode(mode: unknown): string {
  if (!Number.isInteger(mode) || (mode as number) < 0 || (mode as number) > 0o7777) {
    throw invalidArgument('mode must be permission bits from 0 to 0o7777', mode);
  }
  return (mode as number).toString(8).padStart(4, '0');
}
