import util = require('node:util');

const { getSystemErrorMap } = util;

/** What a failed call was about. */
export interface SystemCallFacts {
  /** The path that the call was made for. */
  path?: string | undefined;
  /** The second path, for calls that have one. */
  dest?: string | undefined;
  /** The call as strace(1) prints it. */
  call?: string | undefined;
}

/**
 * A system call that returned -1, in the shape of Node's own errors: `code`, `errno` (negative), `syscall`,
 * `path`, `dest`.
 */
export class SystemCallError extends Error {
  override readonly name = 'SystemCallError';
  readonly code: string;
  readonly errno: number;
  readonly syscall: string;
  declare readonly path?: string;
  declare readonly dest?: string;
  /** The call as strace(1) prints it. */
  declare readonly call?: string;
  /** What the kernel logged about it, the last message last (fsconfig(2)). */
  declare log?: readonly string[];
  /** Type of the file system that it was to make. */
  declare making?: string;

  constructor(syscall: string, errno: number, facts: SystemCallFacts = {}) {
    const { code, description } = describeErrno(errno);
    const paths = [facts.path, facts.dest].filter((path) => path !== undefined).map((path) => `'${path}'`);
    super(`${code}: ${description}, ${[syscall, paths.join(' -> ')].filter(Boolean).join(' ')}`);
    this.code = code;
    this.errno = -errno;
    this.syscall = syscall;
    if (facts.path !== undefined) this.path = facts.path;
    if (facts.dest !== undefined) this.dest = facts.dest;
    if (facts.call !== undefined) this.call = `${facts.call} = -1`;
  }
}

// Names that libuv does not know, or not as the kernel's manual pages do (asm-generic/errno.h).
const OTHER_ERRNOS: Record<number, [code: string, description: string]> = {
  15: ['ENOTBLK', 'block device required'],
  95: ['EOPNOTSUPP', 'operation not supported'],
  117: ['EUCLEAN', 'structure needs cleaning'],
  122: ['EDQUOT', 'disk quota exceeded'],
};

/** The name and the description of a (positive) errno. */
export function describeErrno(errno: number): { code: string; description: string } {
  const known = OTHER_ERRNOS[errno] ?? getSystemErrorMap().get(-errno);
  return known
    ? { code: known[0], description: known[1] }
    : { code: `E${errno}`, description: 'unknown error' };
}
