import type {} from 'node:fs';
import { readFileSync } from 'node:fs';
import { printable } from '../../mounts/printable.js';
import { kindOfPath } from './paths.js';
import type { Failure, Reason } from './reasons.js';

/** ENODEV: the kernel does not know this type of file system. */
export function explainNoDevice({ type }: Failure): Reason | undefined {
  // fuse.sshfs is fuse to the kernel.
  const name = type?.split('.', 1)[0];
  if (name === undefined) return undefined;
  const known = readFileSync('/proc/filesystems', 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t')[1]);
  if (known.includes(name)) return undefined;
  return {
    why: `the kernel has no file system ${printable(name)}: /proc/filesystems does not list it`,
    fix: `if it is a module, load it as root on the machine itself: modprobe ${printable(name)}`,
  };
}

/** ENOTBLK: the source of a file system on disk is something else than a disk. */
export function explainNotBlockDevice({ sources = {}, type }: Failure): Reason | undefined {
  const { source } = sources;
  const kind = source === undefined ? undefined : kindOfPath(source);
  if (source === undefined || kind === undefined || kind === 'block device') return undefined;
  return {
    why: `source ${printable(source)} is a ${kind}, and ${type} is mounted from a block device`,
    fix: kind === 'file' ? 'make it one: losetup --find --show FILE (losetup(8))' : undefined,
  };
}
