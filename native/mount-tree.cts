import fs = require('node:fs');
import util = require('node:util');

import { cInt, cPath, cString, type PathLike, printable, quoted } from './arguments.cjs';
import {
  AT_EMPTY_PATH,
  AT_FDCWD,
  AT_NO_AUTOMOUNT,
  FSCONFIG_CMD_CREATE,
  FSCONFIG_CMD_CREATE_EXCL,
  FSCONFIG_SET_FLAG,
  FSCONFIG_SET_STRING,
  FSMOUNT_CLOEXEC,
  FSOPEN_CLOEXEC,
  MOVE_MOUNT_F_EMPTY_PATH,
  MOVE_MOUNT_T_EMPTY_PATH,
  OPEN_TREE_CLOEXEC,
} from './constants.cjs';
import { flagNames } from './flag-names.cjs';
import { numberedSystemCall } from './libc.cjs';

const { readSync } = fs;
const { inspect } = util;

// The numbers of asm-generic/unistd.h: open_tree and move_mount need Linux 5.2, mount_setattr 5.12.
const openTreeCall = numberedSystemCall('open_tree', 428, ['int', 'const void *', 'unsigned int']);
const moveMountCall = numberedSystemCall('move_mount', 429, [
  'int',
  'const void *',
  'int',
  'const void *',
  'unsigned int',
]);
const fsopenCall = numberedSystemCall('fsopen', 430, ['const void *', 'unsigned int']);
const fsconfigCall = numberedSystemCall('fsconfig', 431, [
  'int',
  'unsigned int',
  'const void *',
  'const void *',
  'int',
]);
const fsmountCall = numberedSystemCall('fsmount', 432, ['int', 'unsigned int', 'unsigned int']);
const mountSetattrCall = numberedSystemCall('mount_setattr', 442, [
  'int',
  'const void *',
  'unsigned int',
  'const void *',
  'unsigned long',
]);

/**
 * open_tree(2): a descriptor of the mount at `path`, or with `OPEN_TREE_CLONE` of a detached copy of it
 * (`AT_RECURSIVE`: of the whole tree below). An empty path is `dirfd`. Always close-on-exec, and never mounts what
 * autofs(5) would.
 */
export function openTree(path: PathLike, flags: number, dirfd = AT_FDCWD): number {
  const empty = path.length === 0 ? AT_EMPTY_PATH : 0;
  const cFlags = (cInt('flags', flags) | OPEN_TREE_CLOEXEC | AT_NO_AUTOMOUNT | empty) >>> 0;
  const cTree = cString('path', path);
  const facts = () => ({
    path: printable(path),
    call: `open_tree(${dirfd}, ${quoted(path)}, ${flagNames(['OPEN_TREE_', 'AT_'], cFlags)})`,
  });
  return openTreeCall(facts, dirfd, cTree, cFlags);
}

/**
 * move_mount(2): the mount of `fd` (attached or detached) goes to `target`, on top of what is there. An empty path is
 * `dirfd`.
 */
export function moveMount(fd: number, target: PathLike, dirfd = AT_FDCWD): void {
  const cFlags = MOVE_MOUNT_F_EMPTY_PATH | (target.length === 0 ? MOVE_MOUNT_T_EMPTY_PATH : 0);
  const cTarget = cString('target', target);
  const facts = () => ({
    path: printable(target),
    call: `move_mount(${fd}, "", ${dirfd}, ${quoted(target)}, ${flagNames('MOVE_MOUNT_', cFlags)})`,
  });
  moveMountCall(facts, fd, EMPTY, dirfd, cTarget, cFlags);
}

/** What mount_setattr(2) shall change; `attrSet` and `attrClr` are `MOUNT_ATTR_*`, `propagation` is `MS_*`. */
export interface MountAttributes {
  attrSet?: number;
  attrClr?: number;
  propagation?: number;
}

/** mount_setattr(2) on the mount of `fd` itself; `AT_RECURSIVE` for the whole tree, all of it or nothing. */
export function mountSetattr(fd: number, flags: number, attributes: MountAttributes): void {
  const { attrSet = 0, attrClr = 0, propagation = 0 } = attributes;
  MOUNT_ATTR.set([BigInt(attrSet), BigInt(attrClr), BigInt(propagation), 0n]);
  const facts = () => {
    const [set, clear] = [attrSet, attrClr].map((bits) => flagNames('MOUNT_ATTR_', bits));
    const attr = `{${set}, ${clear}, ${flagNames('MS_', propagation)}}`;
    const at = flagNames('AT_', flags | AT_EMPTY_PATH);
    return { call: `mount_setattr(${fd}, "", ${at}, ${attr}, ${MOUNT_ATTR.byteLength})` };
  };
  const cFlags = cInt('flags', flags) | AT_EMPTY_PATH;
  mountSetattrCall(facts, fd, EMPTY, cFlags, MOUNT_ATTR, MOUNT_ATTR.byteLength);
}

/** fsopen(2): a context for making a file system of `type`, as a descriptor. */
export function fsopen(type: string): number {
  const cType = cPath('type', type);
  return fsopenCall(
    () => ({ path: type, call: `fsopen(${quoted(type)}, FSOPEN_CLOEXEC)` }),
    cType,
    FSOPEN_CLOEXEC,
  );
}

/** fsconfig(2): sets the option `key` to `value`, of at most 255 bytes; `true` sets a flag. */
export function fsconfigSet(fd: number, key: string, value: PathLike | true): void {
  const cKey = cPath('key', key);
  const cValue = value === true ? null : cString(key, value);
  if (cValue !== null && cValue.length > MAX_VALUE) {
    throw new TypeError(`${key} must have at most 255 bytes, received ${inspect(value)}`);
  }
  const command = value === true ? FSCONFIG_SET_FLAG : FSCONFIG_SET_STRING;
  const facts = () => ({
    path: key,
    call: `fsconfig(${fd}, ${value === true ? 'FSCONFIG_SET_FLAG' : 'FSCONFIG_SET_STRING'}, ${quoted(key)}, ${value === true ? 'NULL' : quoted(value)}, 0)`,
  });
  fsconfigCall(facts, fd, command, cKey, cValue, 0);
}

/**
 * fsconfig(2): makes the file system that the context describes, or takes the superblock that there is already
 * for it (a device that is mounted elsewhere, say).
 */
export function fsconfigCreate(fd: number): void {
  const facts = () => ({ call: `fsconfig(${fd}, FSCONFIG_CMD_CREATE, NULL, NULL, 0)` });
  fsconfigCall(facts, fd, FSCONFIG_CMD_CREATE, null, null, 0);
}

/** As {@link fsconfigCreate}, but fails with EBUSY where it would take a superblock. Since Linux 6.6. */
export function fsconfigCreateExclusive(fd: number): void {
  const facts = () => ({ call: `fsconfig(${fd}, FSCONFIG_CMD_CREATE_EXCL, NULL, NULL, 0)` });
  fsconfigCall(facts, fd, FSCONFIG_CMD_CREATE_EXCL, null, null, 0);
}

/** What the kernel logged about a context, a message each; reading it from the descriptor empties the log. */
export function readFsContextLog(fd: number): string[] {
  const messages: string[] = [];
  const buffer = Buffer.alloc(1024);
  try {
    for (;;) messages.push(buffer.toString('utf8', 0, readSync(fd, buffer)).trimEnd());
  } catch {
    // ENODATA: that was all.
    return messages;
  }
}

/** fsmount(2): a detached mount of the file system of `fd`, as a descriptor; `attributes` are `MOUNT_ATTR_*`. */
export function fsmount(fd: number, attributes = 0): number {
  const facts = () => ({ call: `fsmount(${fd}, FSMOUNT_CLOEXEC, 0x${attributes.toString(16)})` });
  return fsmountCall(facts, fd, FSMOUNT_CLOEXEC, cInt('attributes', attributes));
}

const EMPTY = Buffer.alloc(1);
const MOUNT_ATTR = new BigUint64Array(4);
// The kernel copies 256 bytes, the NUL among them (fs/fsopen.c).
const MAX_VALUE = 256;
