import { inspect } from 'node:util';
import { MOUNT_ATTR_RDONLY } from '../../native/constants.cjs';
import { invalidArgument } from '../errors/invalid-argument.js';
import { kindOfPath } from '../errors/reasons/paths.js';
import { checkPath } from '../files/target.js';
import { makeFileSystem } from '../layers/file-system.js';
import { misplacedType } from '../mounts/misplaced-flags.js';
import { type MountFlag, mountAttributesOrBits } from '../mounts/mount-flags.js';
import { printable } from '../mounts/printable.js';
import { attachTree } from './attach.js';
import { operateInSteps } from './operate.js';
import { checkOptions } from './options.js';
import { refuseSharedSuperblock } from './superblock.js';

/** What to mount: the arguments of mount(2) for a new file system. */
export interface MountRequest {
  /** Absolute path of the mount point; provided when missing. */
  target: string;
  /** Type of the file system, one of /proc/filesystems. */
  type: string;
  /** Device, or a name to show in the mount table. The type when left out. */
  source?: string | undefined;
  /** Flags of the mount by name (`['nosuid', 'ro']`), or as the `MS_*` bits of mount(2). */
  flags?: readonly MountFlag[] | number | undefined;
  /** Options of the file system: `'size=1m,mode=0700'`, or one by one, where a value may hold commas. */
  data?: string | Record<string, string | number | true> | undefined;
}

/** Makes a file system and mounts it. Nothing is changed when a step fails. */
export function mountFileSystem(request: MountRequest): void {
  checkOptions('mount', request, ['target', 'type', 'source', 'flags', 'data']);
  const { target, type, source, flags = [], data = {} } = request;
  if (typeof type !== 'string' || type === '') {
    throw invalidArgument('type must be the name of a file system', type);
  }
  if (source !== undefined && (typeof source !== 'string' || source === '')) {
    throw invalidArgument('source must be a non-empty string', source);
  }
  const misplaced = misplacedType(type);
  if (misplaced !== undefined) throw misplaced;
  const options = parseData(data);
  if (type === 'overlay' && !Object.keys(options).some((name) => LOWER.includes(name))) {
    throw new TypeError(
      `data must hold the lowerdir of an overlay, received ${inspect(data)}: or use ns.overlay(target)`,
    );
  }
  attachFileSystem({ target, type, source, attributes: mountAttributesOrBits(flags), options });
}

const LOWER = ['lowerdir', 'lowerdir+', 'datadir+'];

/** A file system to be made and attached, with everything checked but the path. */
export interface Attachment {
  target: string;
  type: string;
  source?: string | undefined;
  /** `MOUNT_ATTR_*` */
  attributes: number;
  options: Record<string, string | true>;
}

export function attachFileSystem({ target, type, source = type, attributes, options }: Attachment): void {
  const mountPoint = checkPath('target', target);
  const sources: Record<string, string> = source === type ? {} : { source };
  const action = `mount ${type} on ${printable(mountPoint)}`;
  operateInSteps({ operation: 'mount', action, path: mountPoint, type, sources }, (steps) => {
    // Options may change a superblock that exists already, the host's too; those of btrfs that choose a subvolume don't.
    const isNew = Object.keys(options).some((name) => !name.startsWith('subvol'));
    if (isNew) refuseSharedSuperblock(type);
    // As with mount(2): else a journal would be replayed, say.
    const isReadOnly = (attributes & MOUNT_ATTR_RDONLY) !== 0 && kindOfPath(source) === 'block device';
    const all = { source, ...(isReadOnly ? { ro: true as const } : {}), ...options };
    const mount = makeFileSystem(type, all, { attributes, isNew });
    attachTree(steps.closing(mount), mountPoint, steps);
  });
}

type Options = [name: string, value: string | true][];

function parseData(data: unknown): Record<string, string | true> {
  const options = typeof data === 'string' ? splitOptions(data) : entriesOf(data);
  for (const [name] of options) {
    // Older kernels hand some file systems all options in one text.
    if (name === '' || /[,="\0]/.test(name)) {
      throw new TypeError(`data must hold names of options, received ${inspect(name)} in ${inspect(data)}`);
    }
    if (name === 'source') throw new TypeError('data must not hold source, an option of mount by itself');
  }
  const parsed = Object.fromEntries(options);
  if (Object.keys(parsed).length < options.length) {
    throw invalidArgument('data must hold each option once', data);
  }
  return parsed;
}

function entriesOf(data: unknown): Options {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) {
    throw invalidArgument('data must be a string or an object', data);
  }
  return Object.entries(data).map(([name, value]) => {
    if (value !== true && typeof value !== 'string' && typeof value !== 'number') {
      throw invalidArgument(`data.${name} must be a string, a number or true`, value);
    }
    if (typeof value === 'number' && /(mode|mask)$/.test(name)) {
      const octal = inspect(value.toString(8).padStart(4, '0'));
      throw new TypeError(`data.${name} must be octal text, received ${value}, which is ${octal}`);
    }
    return [name, value === true ? true : String(value)];
  });
}

/** Splits at commas outside of double quotes, as the kernel does for security contexts. */
function splitOptions(text: string): Options {
  if (text.split('"').length % 2 === 0) {
    throw invalidArgument('data must close the quotes that it opens', text);
  }
  const parts = text.match(/(?:[^,"]|"[^"]*")+/g) ?? [];
  return parts.map((part) => {
    const equals = part.indexOf('=');
    return equals === -1 ? [part, true] : [part.slice(0, equals), part.slice(equals + 1)];
  });
}
