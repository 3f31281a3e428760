import { types } from 'node:util';
import { decodePath } from '../../native/path-bytes.cjs';
import { invalidArgument } from '../errors/invalid-argument.js';
import type { Mount, Propagation } from './mount.js';
import { MountInfoError } from './mount-info-error.js';
import { decodeOctal } from './octal.js';
import { NONE, splitOptions } from './options.js';

/**
 * Parses the text of `/proc/PID/mountinfo`, a line for a mount, in the order of the text.
 *
 * It takes everything that kernels print: octal escapes in every field, any number of optional fields, an
 * empty source, control characters, bytes that are not UTF-8 (give it the Buffer, see {@link decodePath}).
 *
 * @throws {SyntaxError} called `MountInfoError`, at the first line that is malformed, with its number and text.
 * @throws {TypeError} if `text` is neither a string nor bytes.
 * @see proc_pid_mountinfo(5)
 * @example
 * ```ts
 * const [mount] = parseMountInfo('36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue\n');
 * mount.mountPoint; // '/mnt2'
 * mount.propagation; // 'slave'
 * ```
 */
export function parseMountInfo(text: string | Uint8Array): Mount[] {
  const decoded = types.isUint8Array(text)
    ? decodePath(Buffer.from(text.buffer, text.byteOffset, text.length))
    : text;
  if (typeof decoded !== 'string') throw invalidArgument('text must be a string or a Buffer', text);
  const options = optionsParser();
  const mounts: Mount[] = [];
  let backslash = -1;
  for (let start = 0; start < decoded.length; ) {
    const newline = decoded.indexOf('\n', start);
    const end = newline === -1 ? decoded.length : newline;
    if (backslash < start) backslash = firstIndex(decoded, '\\', start);
    mounts.push(parseLine(decoded, start, end, options, backslash < end));
    start = end + 1;
  }
  return mounts;
}

type OptionsParser = (list: string) => readonly string[];

// Most mounts have the options of some other mount, and splitting is the dearest part of parsing.
function optionsParser(): OptionsParser {
  const known = new Map<string, readonly string[]>();
  return (list) => {
    let options = known.get(list);
    if (options === undefined) {
      options = splitOptions(list);
      known.set(list, options);
    }
    return options;
  };
}

/** The line from `start` to `end`. Everything is found by index: a split would make every field twice. */
function parseLine(
  text: string,
  start: number,
  end: number,
  parseOptions: OptionsParser,
  hasEscapes: boolean,
): Mount {
  const space1 = text.indexOf(' ', start);
  const space2 = text.indexOf(' ', space1 + 1);
  const space3 = text.indexOf(' ', space2 + 1);
  const space4 = text.indexOf(' ', space3 + 1);
  const space5 = text.indexOf(' ', space4 + 1);
  const space6 = text.indexOf(' ', space5 + 1);
  // A space that is not there is -1, and the search after it starts over.
  const isOrdered =
    space1 < space2 && space2 < space3 && space3 < space4 && space4 < space5 && space5 < space6;
  if (!isOrdered || space1 < start || space6 >= end) {
    throw malformed(text, start, 'has fewer than seven fields');
  }
  const id = readNumber(text, start, space1);
  const parentId = readNumber(text, space1 + 1, space2);
  if (id === undefined) throw malformed(text, start, 'has no mount ID in its first field');
  if (parentId === undefined) throw malformed(text, start, 'has no parent ID in its second field');
  const device = text.slice(space2 + 1, space3);
  if (!isDevice(device)) throw malformed(text, start, 'has no major:minor in its third field');

  if (text.charCodeAt(space4 + 1) !== SLASH) {
    throw malformed(text, start, 'has no absolute mount point in its fifth field');
  }

  let peerGroup: number | undefined;
  let master: number | undefined;
  let propagateFrom: number | undefined;
  let isUnbindable = false;
  let unknownFields: string[] | undefined;
  let at = space6 + 1;
  while (text.charCodeAt(at) !== DASH || text.charCodeAt(at + 1) !== SPACE) {
    const space = text.indexOf(' ', at);
    if (space === -1 || space >= end)
      throw malformed(text, start, 'has no separator "-" after its sixth field');
    const colon = text.indexOf(':', at);
    const number = colon !== -1 && colon < space ? readNumber(text, colon + 1, space) : undefined;
    if (number !== undefined && text.startsWith('shared:', at)) peerGroup = number;
    else if (number !== undefined && text.startsWith('master:', at)) master = number;
    else if (number !== undefined && text.startsWith('propagate_from:', at)) propagateFrom = number;
    else if (space - at === UNBINDABLE.length && text.startsWith(UNBINDABLE, at)) isUnbindable = true;
    else {
      unknownFields ??= [];
      unknownFields.push(decodeOctal(text.slice(at, space)));
    }
    at = space + 1;
  }

  const typeEnd = text.indexOf(' ', at + 2);
  const sourceEnd = text.indexOf(' ', typeEnd + 1);
  if (typeEnd === -1 || sourceEnd <= typeEnd || sourceEnd >= end) {
    throw malformed(text, start, 'has fewer than three fields after the separator');
  }
  const root = text.slice(space3 + 1, space4);
  const mountPoint = text.slice(space4 + 1, space5);
  const fsType = text.slice(at + 2, typeEnd);
  const source = text.slice(typeEnd + 1, sourceEnd);
  return {
    id,
    parentId,
    device,
    root: hasEscapes ? decodeOctal(root) : root,
    mountPoint: hasEscapes ? decodeOctal(mountPoint) : mountPoint,
    options: parseOptions(text.slice(space5 + 1, space6)),
    propagation: isUnbindable ? 'unbindable' : propagationOf(peerGroup, master),
    peerGroup,
    master,
    propagateFrom,
    unknownFields: unknownFields === undefined ? NONE : Object.freeze(unknownFields),
    fsType: hasEscapes ? decodeOctal(fsType) : fsType,
    source: hasEscapes ? decodeOctal(source) : source,
    superOptions: parseOptions(text.slice(sourceEnd + 1, end)),
  };
}

function propagationOf(peerGroup: number | undefined, master: number | undefined): Propagation {
  if (master === undefined) return peerGroup === undefined ? 'private' : 'shared';
  return peerGroup === undefined ? 'slave' : 'slave+shared';
}

function readNumber(text: string, start: number, end: number): number | undefined {
  let number = 0;
  for (let at = start; at < end; at++) {
    const digit = text.charCodeAt(at) - ZERO;
    if (digit < 0 || digit > 9) return undefined;
    number = number * 10 + digit;
  }
  return start < end && number <= Number.MAX_SAFE_INTEGER ? number : undefined;
}

function isDevice(field: string): boolean {
  const colon = field.indexOf(':');
  return (
    colon !== -1 &&
    readNumber(field, 0, colon) !== undefined &&
    readNumber(field, colon + 1, field.length) !== undefined
  );
}

function firstIndex(text: string, what: string, from: number): number {
  const index = text.indexOf(what, from);
  return index === -1 ? Number.POSITIVE_INFINITY : index;
}

function malformed(text: string, start: number, reason: string): MountInfoError {
  const lineNumber = text.slice(0, start).split('\n').length;
  const newline = text.indexOf('\n', start);
  return new MountInfoError(reason, lineNumber, text.slice(start, newline === -1 ? text.length : newline));
}

const SPACE = 0x20;
const DASH = 0x2d;
const SLASH = 0x2f;
const ZERO = 0x30;
const UNBINDABLE = 'unbindable';
