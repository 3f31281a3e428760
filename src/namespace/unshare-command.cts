import fs = require('node:fs');
import path = require('node:path');

const { accessSync, constants, statSync } = fs;

/**
 * Arguments of unshare(1), of util-linux and of BusyBox alike. Root inside is the user outside, so that what
 * tests create belongs to the user, and mount(8) and other tools that ask for uid 0 work.
 */
export const UNSHARE_FLAGS = ['--user', '--map-root-user', '--mount', '--propagation', 'private', '--'];

/** How unshare(1) is called: its path, or BusyBox's path and `unshare`. */
export type UnshareCommand = [path: string, ...args: string[]];

/** How it can be called here: by the first of these that can be started. */
export function findUnshare(): UnshareCommand[] {
  return [
    ...findPrograms('unshare').map((file): UnshareCommand => [file]),
    ...findPrograms('busybox').map((file): UnshareCommand => [file, 'unshare']),
  ];
}

function findPrograms(name: string): string[] {
  const directories = [...(process.env.PATH ?? '').split(':'), ...USUAL].filter(path.isAbsolute);
  return directories.map((directory) => path.join(directory, name)).filter(isExecutable);
}

/** Whether `file` is a file that this process may execute. */
export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

const USUAL = ['/usr/bin', '/bin', '/usr/sbin', '/sbin'];
