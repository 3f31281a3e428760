import { openSync, readFileSync, readSync } from 'node:fs';
import { encodePath } from '../../../native/path-bytes.cjs';
import { using } from '../../../native/using.cjs';
import { printable } from '../../mounts/printable.js';
import type { Failure, Reason } from '../failure.js';
import { kindOfPath } from './paths.js';

/** ENODEV: the kernel does not know this type of file system. */
export function explainNoDevice({ type }: Failure): Reason | undefined {
  // fuse.sshfs is fuse to the kernel.
  const name = type?.split('.', 1)[0];
  if (name === undefined) return undefined;
  if (isKnown(`\t${name}`)) return undefined;
  return {
    why: `the kernel has no file system ${printable(name)}: /proc/filesystems does not list it`,
    fix: `if it is a module, load it as root on the machine itself: modprobe ${printable(name)}`,
  };
}

/** Whether a line of the kernel's list ends so; there, a type that needs no disk has a word before it. */
function isKnown(end: string): boolean {
  return `\n${readFileSync('/proc/filesystems', 'utf8')}`.includes(`${end}\n`);
}

/** ENOENT: the kernel has taken the name of the type for that of a disk. */
export function explainNoSource({ making, sources, type, log }: Failure): Reason | undefined {
  if (making !== type || sources?.source !== undefined || !isKnown(`\n\t${type}`)) return undefined;
  const said = log.length === 0 ? '' : `; the kernel says: ${log.at(-1)?.slice(2)}`;
  return { why: `${type} is mounted from a block device, and none was given${said}` };
}

/** EIO: there is a device, and nothing in it. */
export function explainEmptyDevice({ making, sources, type }: Failure): Reason | undefined {
  const source = sources?.source;
  if (making !== type || source === undefined || kindOfPath(source) !== 'block device') return undefined;
  if (using(openSync(encodePath(source), 'r'), (fd) => readSync(fd, Buffer.alloc(1))) > 0) return undefined;
  return {
    why: `source ${printable(source)} is a block device of 0 bytes`,
    fix: `give it a file: losetup ${printable(source)} FILE (losetup(8))`,
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
