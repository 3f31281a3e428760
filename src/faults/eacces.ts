import { accessSync, constants, lstatSync, openSync, readdirSync, type Stats } from 'node:fs';
import { MOUNT_ATTR_NOEXEC } from '../../native/constants.cjs';
import { requireExecutable } from '../../native/directories.cjs';
import { encodePath } from '../../native/path-bytes.cjs';
import { using } from '../../native/using.cjs';
import { giveAttributes } from './give-attributes.js';
import { induceError } from './induce-error.js';
import type { Recipe } from './recipe.js';

/** A mount that no program is started from (`noexec`). */
export const EACCES: Recipe = {
  kinds: ['directory', 'file'],
  induce: (fault) => giveAttributes(fault, MOUNT_ATTR_NOEXEC),
  probe({ path, kind }) {
    if (kind === 'file') accessSync(encodePath(path), constants.X_OK);
    else tryDirectory(path);
  },
};

/** Tries to execute a new file that has no name, so that nothing of it is ever seen; or a program that is there. */
function tryDirectory(directory: string): void {
  let fd: number;
  try {
    fd = openSync(encodePath(directory), O_TMPFILE | constants.O_RDWR, 0o700);
  } catch (error) {
    accessSync(findProgram(directory, error as NodeJS.ErrnoException), constants.X_OK);
    return;
  }
  using(fd, requireExecutable);
}

function findProgram(directory: string, { code }: NodeJS.ErrnoException): Buffer {
  const names = readdirSync(encodePath(directory), { encoding: 'buffer' });
  const program = names
    .map((name) => Buffer.concat([encodePath(`${directory}/`), name]))
    .find((path) => isProgram(lstatSync(path)));
  if (program !== undefined) return program;
  throw induceError('EACCES', directory, ': there is no way to find out whether the kernel answers with it', {
    why: `the directory holds no program, and takes no file without a name (O_TMPFILE): ${code}`,
    fix: 'put a program there first',
  });
}

function isProgram(stat: Stats): boolean {
  return stat.isFile() && (stat.mode & 0o111) !== 0;
}

// asm-generic/fcntl.h
const O_TMPFILE = 0o20000000 | constants.O_DIRECTORY;
